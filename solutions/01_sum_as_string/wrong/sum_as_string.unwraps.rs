//! wrong: unwraps the checked sum, so Python gets a PanicException, which `except Exception` does not catch.
//! fails: test_sum_too_large
//! fails: test_agrees_with_python
//! says: a Rust panic

use pyo3::prelude::*;

/// The sum, or `None` where it exceeds `u64::MAX`.
pub fn checked_sum(a: u64, b: u64) -> Option<u64> {
    a.checked_add(b)
}

/// The sum of two integers as text.
#[pyfunction]
pub fn sum_as_string(a: u64, b: u64) -> PyResult<String> {
    Ok(checked_sum(a, b).unwrap().to_string())
}
