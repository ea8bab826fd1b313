//! wrong: `as_array` without a look at the layout: wrong numbers from a packed record.
//! fails: test_from_numpy_of_a_packed_record
//! says: ask `is_aligned` first

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
        self.chunk_size = at_least_one(chunk_size)?;
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
        let buffer = array.as_array().iter().copied().collect();
        Ok(Self { buffer, chunk_size, total_seen: array.len() as u64, callback: None })
    }
}
