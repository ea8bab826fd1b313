//! A sum over NumPy's own memory.

use ndarray::ArrayView1;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

/// The sum of `values`, or `None` if it does not fit in an `i64`. Any stride will do.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    todo!("cut into blocks with axis_chunks_iter, add them up in parallel, check the total")
}

/// The sum of a one-dimensional int64 array, read where it lies.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for items that are not aligned, and `OverflowError`
/// if the sum does not fit in 64 bits.
#[pyfunction]
pub fn sum_array(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    todo!("refuse what is not aligned, take the view, detach, turn None into OverflowError")
}
