//! Filter and map in parallel, the order kept.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::numbers::numbers_of;

/// Twice each of the `numbers` above `threshold`, in order; `None` if one of these does not fit in an `i64`.
pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    // In two passes, because the second need not make an Option of each number. That is faster: rayon collects what passes a
    // filter into many small Vecs, and with Options it has to look for a None after each.
    let overflows = |number: i64| number > threshold && number.checked_mul(2).is_none();
    if numbers.par_iter().any(|&number| overflows(number)) {
        return None;
    }
    Some(numbers.par_iter().filter(|&&number| number > threshold).map(|&number| number * 2).collect())
}

/// The numbers above the threshold, doubled, in their order.
///
/// Raises `OverflowError` if an item, the threshold or a doubled number does not fit in 64 bits.
#[pyfunction]
pub fn process_numbers(
    py: Python<'_>,
    #[pyo3(from_py_with = numbers_of)] numbers: Vec<i64>,
    threshold: i64,
) -> PyResult<Vec<i64>> {
    py.detach(|| double_above(&numbers, threshold))
        .ok_or_else(|| PyOverflowError::new_err("a doubled number does not fit in a 64-bit integer"))
}
