//! A sequence from Python as a Vec, or a MemoryError. Given.

use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::prelude::*;

/// The items of a sequence. Use it in a signature: `#[pyo3(from_py_with = sequence_of)] NAME: Vec<TYPE>`.
///
/// If a parameter is a plain `Vec`, PyO3 makes room for `len()` items before it looks at the first one, and the process
/// ends if there is not so much memory: `range(10**14)` has that length. This asks first.
///
/// # Errors
///
/// `MemoryError` for more items than fit, and else what PyO3's own conversion raises.
pub fn sequence_of<'py, T: FromPyObjectOwned<'py>>(sequence: &Bound<'py, PyAny>) -> PyResult<Vec<T>> {
    match sequence.len() {
        Ok(length) => Vec::<T>::new()
            .try_reserve_exact(length)
            .map_err(|error| PyMemoryError::new_err(format!("{length} items: {error}")))?,
        // This object has no length, so it is not a sequence. The conversion below has the better message for that.
        Err(error) if error.is_instance_of::<PyTypeError>(sequence.py()) => {}
        Err(error) => return Err(error),
    }
    sequence.extract()
}
