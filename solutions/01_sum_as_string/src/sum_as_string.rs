//! Exercise 2: integers in, text out, and an error when the sum does not fit.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// The sum, or `None` where it exceeds `u64::MAX`.
///
/// Pure Rust: it knows nothing of Python, so `cargo test` can call it without an interpreter.
pub fn checked_sum(a: u64, b: u64) -> Option<u64> {
    a.checked_add(b)
}

/// The sum of two integers from 0 to 2**64 - 1, as text.
///
/// Raises OverflowError where an argument or the sum is out of that range.
#[pyfunction]
pub fn sum_as_string(a: u64, b: u64) -> PyResult<String> {
    // PyO3 has refused arguments that are not u64 before this line runs. Only the sum is left to check.
    checked_sum(a, b)
        .map(|sum| sum.to_string())
        .ok_or_else(|| PyOverflowError::new_err(format!("{a} + {b} does not fit into 64 bits")))
}
