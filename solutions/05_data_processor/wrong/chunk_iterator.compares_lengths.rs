//! wrong: looks at the length only, as dict does: cleared and filled again goes unnoticed.
//! fails: test_a_change_meanwhile
//! says: Compare `revision()`

use numpy::PyArray1;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::{DataProcessor, Revision};

/// Yields a processor's values in chunks, as float64 arrays; the last one may be shorter.
#[pyclass(module = "data_processor")]
pub struct ChunkIterator {
    /// None when there is nothing more to come: an iterator that has ended stays so.
    processor: Option<Py<DataProcessor>>,
    /// What the processor was when the iteration began.
    revision: Revision,
    /// Index of the next chunk's first value.
    position: usize,
}

#[pymethods]
impl DataProcessor {
    /// Iterate over the values in chunks: float64 arrays, a shorter one last. Nothing is taken out.
    fn chunks(slf: &Bound<'_, Self>) -> PyResult<ChunkIterator> {
        let revision = slf.try_borrow()?.revision();
        Ok(ChunkIterator { processor: Some(slf.clone().unbind()), revision, position: 0 })
    }
}

#[pymethods]
impl ChunkIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray1<f64>>>> {
        let Some(processor) = &self.processor else {
            return Ok(None);
        };
        let this = processor.bind(py).try_borrow()?;
        if this.buffer.len() != self.revision.1 {
            return Err(PyRuntimeError::new_err("the processor changed during iteration over its chunks"));
        }
        let size = this.chunk_size.get().min(this.buffer.len() - self.position);
        if size == 0 {
            drop(this);
            self.processor = None;
            return Ok(None);
        }
        let chunk = this.buffer.range(self.position..self.position + size).copied();
        let array = PyArray1::from_iter(py, chunk);
        self.position += size;
        Ok(Some(array))
    }

    /// Shows the garbage collector what this object keeps alive (see exercise 7).
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.processor)
    }
}
