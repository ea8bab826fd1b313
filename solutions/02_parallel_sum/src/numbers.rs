//! A sequence from Python as a Vec, or a MemoryError.
//!
//! Given. Where a parameter is a plain `Vec<T>`, PyO3 makes room for `len(sequence)` items before it looks at the first one.
//! A `range(10**11)` has that length and hardly any memory, but the Vec would need 800 GB. When Rust does not get memory,
//! it ends the process, and Python with it.

use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The items of a sequence. Use it in a signature: `#[pyo3(from_py_with = numbers_of)] numbers: Vec<i64>`.
///
/// Raises `TypeError` for no sequence or an item of another type, and `MemoryError` for more items than fit.
pub fn numbers_of<'py, T: FromPyObjectOwned<'py>>(sequence: &Bound<'py, PyAny>) -> PyResult<Vec<T>> {
    let mut numbers = Vec::new();
    match sequence.len() {
        Ok(length) => numbers
            .try_reserve_exact(length)
            .map_err(|error| PyMemoryError::new_err(format!("{length} items: {error}")))?,
        // This object has no length, so it is not a list. The conversion below has the better message for that.
        Err(error) if error.is_instance_of::<PyTypeError>(sequence.py()) => {}
        // `len(range(2**63))` is an OverflowError.
        Err(error) => return Err(error),
    }
    // PyO3 fetches the items through an iterator of Python's. Those of a list can be had directly, which is faster.
    if let Ok(list) = sequence.cast_exact::<PyList>() {
        for item in list.iter() {
            numbers.push(item.extract::<T>().map_err(Into::into)?);
        }
        return Ok(numbers);
    }
    // Gives the memory back, so that the conversion gets it.
    drop(numbers);
    sequence.extract()
}
