//! wrong: ndarray's own `sum`, as tutorials show it: it wraps round silently, and one thread does all the work.
//! fails: test_overflow
//! says: The sum wrapped round

use ndarray::ArrayView1;
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The sum of `values`, modulo 2^64.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    Some(values.sum())
}

/// The sum of a one-dimensional int64 array.
#[pyfunction]
pub fn sum_array(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    if !array.is_aligned() {
        return Err(PyValueError::new_err("the items are not aligned in memory"));
    }
    let values = array.as_array();
    Ok(py.detach(|| checked_sum(values)).unwrap_or_default())
}
