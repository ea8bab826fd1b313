//! One more.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// One more than `x`, or `None` if that does not fit.
pub fn checked_successor(x: i64) -> Option<i64> {
    x.checked_add(1)
}

/// One more than `x`.
///
/// Raises `OverflowError` if that does not fit in 64 bits.
#[pyfunction]
pub fn {EXERCISE}(x: i64) -> PyResult<i64> {
    checked_successor(x).ok_or_else(|| PyOverflowError::new_err("the result does not fit in a 64-bit integer"))
}
