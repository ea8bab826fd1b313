//! wrong: the tutorials' `x * 2`. In a release build it wraps round silently.
//! fails: test_overflow
//! says: The doubled number wrapped round

use pyo3::prelude::*;
use rayon::prelude::*;

/// Twice each of the `numbers` above `threshold`, modulo 2^64.
pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    Some(numbers.par_iter().filter(|&&x| x > threshold).map(|&x| x * 2).collect())
}

/// The numbers above the threshold, doubled.
#[pyfunction]
pub fn process_numbers(py: Python<'_>, numbers: Vec<i64>, threshold: i64) -> PyResult<Vec<i64>> {
    Ok(py.detach(|| double_above(&numbers, threshold)).unwrap_or_default())
}
