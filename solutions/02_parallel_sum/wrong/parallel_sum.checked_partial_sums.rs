//! wrong: `checked_add` at each step: it refuses sums that fit, whenever a partial sum on the way does not.
//! fails: test_only_the_total_must_fit
//! fails: only_the_total_must_fit
//! says: Only a partial sum is too large

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of `numbers`, or `None` if it or any partial sum does not fit in an `i64`.
pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    numbers.par_iter().copied().map(Some).reduce(|| Some(0), |a, b| a?.checked_add(b?))
}

/// The sum of a list of integers.
#[pyfunction]
pub fn parallel_sum(py: Python<'_>, numbers: Vec<i64>) -> PyResult<i64> {
    py.detach(|| checked_sum(&numbers)).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
