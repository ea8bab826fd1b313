//! wrong: adds with `+`, which wraps silently in a release build. It is the first function of many PyO3 tutorials.
//! fails: test_sum_too_large
//! fails: one_more_is_none
//! says: The sum wrapped round

use pyo3::prelude::*;

/// The sum. `+` is made explicit here, as an optimised build takes it.
pub fn checked_sum(a: u64, b: u64) -> Option<u64> {
    Some(a.wrapping_add(b))
}

/// The sum of two integers as text.
#[pyfunction]
pub fn sum_as_string(a: usize, b: usize) -> PyResult<String> {
    Ok((a + b).to_string())
}
