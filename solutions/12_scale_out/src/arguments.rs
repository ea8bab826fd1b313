//! Whole numbers from Python, of any size, checked with a message that names them. Given.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

/// More threads than this in one process are a mistake, not a wish.
pub const MOST_THREADS: usize = 1024;

/// An object with `__index__`, however large. A number that does not fit is as large, or as far below zero, as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeNumber(i64);

impl<'py> FromPyObject<'_, 'py> for WholeNumber {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<i64>() {
            Ok(number) => Ok(Self(number)),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
                Ok(Self(if object.lt(0)? { i64::MIN } else { i64::MAX }))
            }
            Err(error) => Err(error),
        }
    }
}

/// The range of bytes that the two arguments mean.
///
/// # Errors
///
/// `ValueError` if one is negative, or if the range ends before it starts.
pub fn byte_range(start: WholeNumber, stop: WholeNumber) -> PyResult<(u64, u64)> {
    let position = |name: &str, WholeNumber(number): WholeNumber| {
        u64::try_from(number)
            .map_err(|_| PyValueError::new_err(format!("{name} is {number}: a position in a file is 0 or more")))
    };
    let (start, stop) = (position("start", start)?, position("stop", stop)?);
    if start > stop {
        return Err(PyValueError::new_err(format!(
            "start is {start} and stop is {stop}: start must not be after stop"
        )));
    }
    Ok((start, stop))
}

/// A number of threads.
///
/// # Errors
///
/// `ValueError` if it is not from 1 to [`MOST_THREADS`].
pub fn thread_count(WholeNumber(number): WholeNumber) -> PyResult<usize> {
    usize::try_from(number).ok().filter(|count| (1..=MOST_THREADS).contains(count)).ok_or_else(|| {
        PyValueError::new_err(format!("threads is {number}: it must be from 1 to {MOST_THREADS}, or None"))
    })
}
