//! wrong: `>=` where the task says above.
//! fails: test_the_threshold_itself_stays_out
//! fails: strictly_above
//! says: [6, 6, 8]
//! says: [20, 30, 40]

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Twice each of the `numbers` from `threshold` on.
pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    numbers.par_iter().filter(|&&x| x >= threshold).map(|&x| x.checked_mul(2)).collect()
}

/// The numbers from the threshold on, doubled.
#[pyfunction]
pub fn process_numbers(py: Python<'_>, numbers: Vec<i64>, threshold: i64) -> PyResult<Vec<i64>> {
    py.detach(|| double_above(&numbers, threshold)).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
