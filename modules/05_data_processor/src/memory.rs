//! Memory for a number of values that somebody else chose.
//!
//! A Vec that does not get its memory ends the process, and Python with it. `np.broadcast_to(1.0, 10**14)` and
//! `range(10**14)` take a few bytes; a copy of them would take 800 TB.

use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::prelude::*;

/// Asks for the memory of `count` values and gives it back, so that a Vec of so many gets it afterwards.
///
/// # Errors
///
/// `MemoryError` if there is not so much.
pub fn check_fits(count: usize) -> PyResult<()> {
    Vec::<f64>::new().try_reserve_exact(count).map_err(|_| error(count))
}

/// The same for the length of an iterable, if it has one: a generator has none, a range may have a very large one.
///
/// # Errors
///
/// `MemoryError` if there is not so much memory, and `OverflowError` for a length that is no length, as of
/// `range(2**63)`.
pub fn check_length(iterable: &Bound<'_, PyAny>) -> PyResult<()> {
    match iterable.len() {
        Ok(length) => check_fits(length),
        Err(error) if error.is_instance_of::<PyTypeError>(iterable.py()) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The exception for `count` values that do not fit.
pub(crate) fn error(count: usize) -> PyErr {
    PyMemoryError::new_err(format!("there is no memory for {count} values"))
}
