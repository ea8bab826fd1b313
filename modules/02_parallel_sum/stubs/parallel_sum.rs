//! A sum of Python integers, in parallel and exact.

use pyo3::prelude::*;

use crate::numbers::numbers_of;

/// The sum of `numbers`, or `None` if it does not fit in an `i64`.
pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    todo!("par_iter, partial sums that cannot overflow, one check at the end")
}

/// The sum of a list of integers, computed by all cores while other Python threads run.
///
/// Raises `OverflowError` if an item or the sum does not fit in 64 bits.
#[pyfunction]
pub fn parallel_sum(py: Python<'_>, #[pyo3(from_py_with = numbers_of)] numbers: Vec<i64>) -> PyResult<i64> {
    todo!("detach, call checked_sum, turn None into OverflowError")
}
