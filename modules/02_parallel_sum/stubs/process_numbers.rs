//! Filter and map in parallel, the order kept.

use pyo3::prelude::*;

use crate::numbers::numbers_of;

/// Twice each of the `numbers` above `threshold`, in order; `None` if one of these does not fit in an `i64`.
pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    todo!("filter, checked_mul, collect")
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
    todo!("detach, call double_above, turn None into OverflowError")
}
