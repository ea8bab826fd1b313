//! wrong: takes i64, as one writes by habit: negative numbers pass, and the upper half of u64 is refused.
//! fails: test_largest_sum
//! fails: test_argument_out_of_range
//! says: The arguments are u64

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// The sum, or `None` where it exceeds `u64::MAX`.
pub fn checked_sum(a: u64, b: u64) -> Option<u64> {
    a.checked_add(b)
}

/// The sum of two integers as text.
#[pyfunction]
pub fn sum_as_string(a: i64, b: i64) -> PyResult<String> {
    a.checked_add(b)
        .map(|sum| sum.to_string())
        .ok_or_else(|| PyOverflowError::new_err("the sum does not fit into 64 bits"))
}
