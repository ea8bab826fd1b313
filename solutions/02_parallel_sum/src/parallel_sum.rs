//! A sum of Python integers, in parallel and exact.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::numbers::numbers_of;

/// The sum of `numbers`, or `None` if it does not fit in an `i64`.
///
/// The partial sums are `i128`: no slice that fits in memory can overflow those. So only the total is judged, and the
/// answer cannot depend on where rayon cuts the slice.
pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    let total: i128 = numbers.par_iter().map(|&number| i128::from(number)).sum();
    i64::try_from(total).ok()
}

/// The sum of a list of integers, computed by all cores while other Python threads run.
///
/// Raises `OverflowError` if an item or the sum does not fit in 64 bits.
#[pyfunction]
pub fn parallel_sum(py: Python<'_>, #[pyo3(from_py_with = numbers_of)] numbers: Vec<i64>) -> PyResult<i64> {
    py.detach(|| checked_sum(&numbers))
        .ok_or_else(|| PyOverflowError::new_err("the sum does not fit in a 64-bit integer"))
}
