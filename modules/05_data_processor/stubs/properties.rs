//! Attributes that run code, and a second way to make a processor.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use super::DataProcessor;

#[pymethods]
impl DataProcessor {
    /// Values in a full chunk, at least 1.
    #[getter]
    fn chunk_size(&self) -> usize {
        todo!("the field's number")
    }

    #[setter]
    fn set_chunk_size(&mut self, chunk_size: usize) -> PyResult<()> {
        todo!("refuse 0 with a ValueError, as the constructor does")
    }

    /// Values ever added, those that have left again included.
    #[getter]
    fn total_seen(&self) -> u64 {
        todo!("the field")
    }

    /// A processor that begins with the values of a one-dimensional float64 array.
    #[staticmethod]
    fn from_numpy(array: PyReadonlyArray1<'_, f64>, chunk_size: usize) -> PyResult<Self> {
        todo!("check chunk size and alignment, copy the values, count them in total_seen")
    }
}
