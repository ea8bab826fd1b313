//! Mean, spread and extremes of an array that is read from memory once.

use crate::layout;
use ndarray::ArrayView1;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

/// What `compute_stats` returns: a dict in Python, with these keys.
#[derive(Debug, Clone, PartialEq, IntoPyObject)]
pub struct Stats {
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (`ddof=1`); NaN for a single value.
    pub std: f64,
    /// The smallest value; NaN if there is a NaN.
    pub min: f64,
    /// The largest value; NaN if there is a NaN.
    pub max: f64,
}

/// The statistics of `values`, or `None` if there are none.
pub fn stats(values: ArrayView1<'_, f64>) -> Option<Stats> {
    todo!("None for an empty view; else one pass that is stable for values far from zero")
}

/// Mean, standard deviation, minimum and maximum of a one-dimensional float64 array.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for an empty array or for items that are not
/// aligned.
#[pyfunction]
pub fn compute_stats(py: Python<'_>, a: PyReadonlyArray1<'_, f64>) -> PyResult<Stats> {
    layout::check_aligned(&a)?;
    todo!("detach, turn None into ValueError")
}
