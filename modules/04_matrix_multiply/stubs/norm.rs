//! One function for several dtypes.

use ndarray::ArrayViewD;
use numpy::PyReadonlyArrayDyn;
use pyo3::prelude::*;

/// What `norm` takes: an array of any dimension.
#[derive(FromPyObject)]
pub enum Numbers<'py> {
    #[pyo3(annotation = "float64")]
    Float64(PyReadonlyArrayDyn<'py, f64>),
    // Two more variants are missing here.
}

/// The square root of the sum of the squares of all `values`, converted by `to_f64` first.
pub fn euclidean<T: Copy>(values: ArrayViewD<'_, T>, to_f64: impl Fn(T) -> f64) -> f64 {
    todo!("the sum of the squares; if that is too large or too small for a float, scale the values first")
}

/// The Euclidean norm over all items of a float32, float64 or int64 array of any dimension, computed in float64.
///
/// Raises `TypeError` for another dtype, and `ValueError` for items that are not aligned.
#[pyfunction]
pub fn norm(py: Python<'_>, a: Numbers<'_>) -> PyResult<f64> {
    todo!("for each variant: check the layout, take the view, detach, call euclidean")
}
