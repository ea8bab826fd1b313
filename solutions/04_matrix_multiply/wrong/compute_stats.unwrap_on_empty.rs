//! wrong: `mean().unwrap()`, as tutorials show it: an empty array panics. The extremes pass over NaN, too.
//! fails: test_empty
//! says: `mean().unwrap()` panics

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

/// The statistics of `values`.
#[allow(clippy::unwrap_used)] // That is the mistake.
pub fn stats(values: ArrayView1<'_, f64>) -> Option<Stats> {
    let mean = values.mean().unwrap();
    let std = values.std(1.0);
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Stats { mean, std, min, max })
}

/// Mean, standard deviation, minimum and maximum of a one-dimensional float64 array.
#[pyfunction]
pub fn compute_stats(py: Python<'_>, a: PyReadonlyArray1<'_, f64>) -> PyResult<Stats> {
    layout::check_aligned(&a)?;
    let values = a.as_array();
    py.detach(|| stats(values)).ok_or_else(|| PyValueError::new_err("an empty array has no statistics"))
}
