//! One more.

use pyo3::prelude::*;

/// One more than `x`, or `None` if that does not fit.
pub fn checked_successor(x: i64) -> Option<i64> {
    {UNWRITTEN}("one more, checked")
}

/// One more than `x`.
///
/// Raises `OverflowError` if that does not fit in 64 bits.
#[pyfunction]
pub fn {EXERCISE}(x: i64) -> PyResult<i64> {
    {UNWRITTEN}("call checked_successor, turn None into OverflowError")
}
