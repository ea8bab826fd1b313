//! wrong: adds two
//! fails: test_adds_one
//! says: One more

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// Two more than `x`.
pub fn checked_successor(x: i64) -> Option<i64> {
    x.checked_add(2)
}

/// Two more than `x`.
#[pyfunction]
pub fn {EXERCISE}(x: i64) -> PyResult<i64> {
    checked_successor(x).ok_or_else(|| PyOverflowError::new_err("the result does not fit in a 64-bit integer"))
}
