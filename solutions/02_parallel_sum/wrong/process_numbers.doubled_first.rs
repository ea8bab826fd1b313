//! wrong: doubles before it filters, so a number that nobody asked for can overflow.
//! fails: test_what_stays_out_cannot_overflow
//! says: filter first

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Twice each of the `numbers` above `threshold`; `None` if any number cannot be doubled.
pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    let doubled: Vec<(i64, i64)> = numbers.par_iter().map(|&x| Some((x, x.checked_mul(2)?))).collect::<Option<_>>()?;
    Some(doubled.into_par_iter().filter(|&(x, _)| x > threshold).map(|(_, twice)| twice).collect())
}

/// The numbers above the threshold, doubled.
#[pyfunction]
pub fn process_numbers(py: Python<'_>, numbers: Vec<i64>, threshold: i64) -> PyResult<Vec<i64>> {
    py.detach(|| double_above(&numbers, threshold)).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
