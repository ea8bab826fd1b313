//! wrong: rayon without `detach`: all cores add up, and every other Python thread stands still.
//! fails: test_other_threads_run_meanwhile
//! says: The sum ran attached

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of `numbers`, or `None` if it does not fit in an `i64`.
pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    let total: i128 = numbers.par_iter().map(|&number| i128::from(number)).sum();
    i64::try_from(total).ok()
}

/// The sum of a list of integers.
#[pyfunction]
pub fn parallel_sum(numbers: Vec<i64>) -> PyResult<i64> {
    checked_sum(&numbers).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
