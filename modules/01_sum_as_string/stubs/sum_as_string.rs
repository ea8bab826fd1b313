//! Exercise 2: integers in, text out, and an error when the sum does not fit.

use pyo3::prelude::*;

/// The sum, or `None` where it exceeds `u64::MAX`.
///
/// Pure Rust: it knows nothing of Python, so `cargo test` can call it without an interpreter.
pub fn checked_sum(a: u64, b: u64) -> Option<u64> {
    todo!("the standard library has an addition that tells when it would overflow")
}

/// The sum of two integers from 0 to 2**64 - 1, as text.
///
/// Raises OverflowError where an argument or the sum is out of that range.
#[pyfunction]
pub fn sum_as_string(a: u64, b: u64) -> PyResult<String> {
    todo!("checked_sum, then Some becomes Ok(text), None becomes Err(OverflowError)")
}
