//! Work that keeps every core busy while Python goes on, with a result that does not depend on how many there are.

use ndarray::ArrayView1;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

/// What `cpu_intensive` takes. The variants are tried from the top.
#[derive(FromPyObject)]
pub enum Samples<'py> {
    /// A one-dimensional float64 array, read where it lies.
    Array(PyReadonlyArray1<'py, f64>),
    /// Any other object: a list, or another sequence, of numbers. It is still to be converted.
    Other(Bound<'py, PyAny>),
}

/// The sum of sin x over `values`, in radians, with the same bits whatever the number of threads.
pub fn sum_of_sines(values: ArrayView1<'_, f64>) -> f64 {
    todo!("fixed blocks in parallel, partial sums collected in order, then added up")
}

/// The sum of sin x over a list of numbers or a one-dimensional float64 array, while other Python threads run.
///
/// Raises `TypeError` for anything else, and `ValueError` for an array whose items are not aligned.
#[pyfunction]
pub fn cpu_intensive(py: Python<'_>, data: Samples<'_>) -> PyResult<f64> {
    todo!("a view of either variant, then detach")
}
