//! wrong: wraps round, as `+` does in a release build
//! fails: test_overflow
//! says: wrapped round

use pyo3::prelude::*;

/// One more than `x`, wrapped.
pub fn checked_successor(x: i64) -> Option<i64> {
    Some(x.wrapping_add(1))
}

/// One more than `x`.
#[pyfunction]
pub fn {EXERCISE}(x: i64) -> PyResult<i64> {
    Ok(x.wrapping_add(1))
}
