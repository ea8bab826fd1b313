//! wrong: the tutorials' one-liner. In a release build `.sum()` wraps round silently.
//! fails: test_overflow
//! fails: overflow_is_none
//! says: The sum wrapped round

use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of `numbers`, modulo 2^64.
pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    Some(numbers.par_iter().sum())
}

/// The sum of a list of integers.
#[pyfunction]
pub fn parallel_sum(py: Python<'_>, numbers: Vec<i64>) -> PyResult<i64> {
    Ok(py.detach(|| checked_sum(&numbers)).unwrap_or_default())
}
