use std::num::NonZeroUsize;

use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{DataProcessor, memory};

#[pymethods]
impl DataProcessor {
    /// The chunk size.
    #[getter(chunk_size)]
    fn how_many_in_a_chunk(&self) -> usize {
        usize::from(self.chunk_size)
    }

    #[setter(chunk_size)]
    fn change_chunk_size(&mut self, value: usize) -> PyResult<()> {
        if value == 0 {
            return Err(PyValueError::new_err("chunk_size must be at least 1: zero is none"));
        }
        self.chunk_size = NonZeroUsize::MIN.saturating_add(value - 1);
        Ok(())
    }

    /// All ever seen.
    #[getter]
    fn total_seen(&self) -> u64 {
        self.total_seen
    }

    /// From an array.
    #[staticmethod]
    #[pyo3(signature = (array, chunk_size))]
    fn from_numpy(array: PyReadonlyArray1<'_, f64>, chunk_size: usize) -> PyResult<Self> {
        let Some(chunk_size) = NonZeroUsize::new(chunk_size) else {
            return Err(PyValueError::new_err("chunk_size must be at least 1"));
        };
        if !array.is_aligned() {
            return Err(PyValueError::new_err("this array is not aligned"));
        }
        memory::check_fits(array.len())?;
        let mut buffer = std::collections::VecDeque::new();
        for value in array.as_array() {
            buffer.push_back(*value);
        }
        let total_seen = buffer.len() as u64;
        Ok(Self { buffer, chunk_size, total_seen, callback: None })
    }
}
