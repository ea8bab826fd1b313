//! wrong: mean of the squares minus square of the mean, in one pass: far from zero no digit is left.
//! fails: test_far_from_zero
//! says: two large numbers whose difference has no digits left

use crate::layout;
use ndarray::ArrayView1;
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What `compute_stats` returns.
#[derive(Debug, Clone, PartialEq, IntoPyObject)]
pub struct Stats {
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation.
    pub std: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

/// The statistics of `values`, or `None` if there are none.
pub fn stats(values: ArrayView1<'_, f64>) -> Option<Stats> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for &x in values {
        sum += x;
        squares += x * x;
        min = if x < min || x.is_nan() { x } else { min };
        max = if x > max || x.is_nan() { x } else { max };
    }
    let mean = sum / n;
    Some(Stats { mean, std: ((squares - n * mean * mean) / (n - 1.0)).sqrt(), min, max })
}

/// Mean, standard deviation, minimum and maximum of a one-dimensional float64 array.
#[pyfunction]
pub fn compute_stats(py: Python<'_>, a: PyReadonlyArray1<'_, f64>) -> PyResult<Stats> {
    layout::check_aligned(&a)?;
    let values = a.as_array();
    py.detach(|| stats(values)).ok_or_else(|| PyValueError::new_err("an empty array has no statistics"))
}
