//! Iteration over chunks: an object of its own, which notices when the processor changes under it.

use numpy::PyArray1;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::{DataProcessor, Revision};

/// Yields a processor's values in chunks, as float64 arrays; the last one may be shorter.
#[pyclass(module = "data_processor")]
pub struct ChunkIterator {
    /// None when there is nothing more to come: an iterator that has ended stays so.
    processor: Option<Py<DataProcessor>>,
    /// The processor's revision when the iteration began.
    revision: Revision,
    /// Index of the next chunk's first value.
    position: usize,
}

#[pymethods]
impl DataProcessor {
    /// Iterate over the values in chunks: float64 arrays, a shorter one last. Nothing is taken out.
    fn chunks(slf: &Bound<'_, Self>) -> PyResult<ChunkIterator> {
        todo!("an iterator at position 0 that keeps slf alive and knows its revision")
    }
}

#[pymethods]
impl ChunkIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        todo!("an iterator is its own iterator")
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray1<f64>>>> {
        todo!("changed: RuntimeError; nothing left: Ok(None); else the next chunk as an array")
    }

    /// Shows the garbage collector what this object keeps alive. It is given; exercise 7 is about it.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.processor)
    }
}
