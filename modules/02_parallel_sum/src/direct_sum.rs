//! The sum of a list without a Vec, without threads, and without detaching.
//!
//! Given, for `cargo course bench 02`. It is what a list allows: only the attached thread may look at Python's objects.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The sum of a list of integers, by one thread that stays attached.
///
/// Raises `OverflowError` if an item or the sum does not fit in 64 bits.
#[pyfunction]
pub fn direct_sum(numbers: &Bound<'_, PyList>) -> PyResult<i64> {
    let mut total = 0_i128;
    for number in numbers.iter() {
        total += i128::from(number.extract::<i64>()?);
    }
    i64::try_from(total).map_err(|_| PyOverflowError::new_err("the sum does not fit in a 64-bit integer"))
}
