//! wrong: the constructor refuses 0, the setter mends it in silence.
//! fails: test_set_chunk_size_to_zero
//! says: The setter must refuse what the constructor refuses

use std::num::NonZeroUsize;

use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::DataProcessor;

/// Raises `ValueError` for 0.
fn at_least_one(chunk_size: usize) -> PyResult<NonZeroUsize> {
    NonZeroUsize::new(chunk_size).ok_or_else(|| PyValueError::new_err("chunk_size must be at least 1, got 0"))
}

#[pymethods]
impl DataProcessor {
    /// Values in a full chunk, at least 1.
    #[getter]
    fn chunk_size(&self) -> usize {
        self.chunk_size.get()
    }

    #[setter]
    fn set_chunk_size(&mut self, chunk_size: usize) -> PyResult<()> {
        self.chunk_size = NonZeroUsize::new(chunk_size).unwrap_or(NonZeroUsize::MIN);
        Ok(())
    }

    /// Values ever added, those that have left again included.
    #[getter]
    fn total_seen(&self) -> u64 {
        self.total_seen
    }

    /// A processor that begins with the values of a one-dimensional float64 array.
    #[staticmethod]
    fn from_numpy(array: PyReadonlyArray1<'_, f64>, chunk_size: usize) -> PyResult<Self> {
        let chunk_size = at_least_one(chunk_size)?;
        // `as_array` takes alignment for granted.
        if !array.is_aligned() {
            return Err(PyValueError::new_err(
                "the items are not aligned in memory (a field of a packed record?): pass array.copy()",
            ));
        }
        let buffer = array.as_array().iter().copied().collect();
        Ok(Self { buffer, chunk_size, total_seen: array.len() as u64, callback: None })
    }
}
