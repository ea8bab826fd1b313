//! A Python class from a Rust struct: constructor, methods and `repr`.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use super::DataProcessor;

/// What `add_data` takes. The first variant that fits is taken.
#[derive(FromPyObject)]
pub enum Values<'py> {
    /// A one-dimensional float64 array.
    Array(PyReadonlyArray1<'py, f64>),
    /// Anything else: visited item by item, if it can be.
    Iterable(Bound<'py, PyAny>),
}

#[pymethods]
impl DataProcessor {
    /// An empty processor. Raises `ValueError` for a chunk size of 0.
    #[new]
    fn new(chunk_size: usize) -> PyResult<Self> {
        todo!("make the chunk size a NonZeroUsize or a ValueError, and fill in the four fields")
    }

    /// Add numbers at the end: a float64 array, a list, any iterable. All of them, or none if one is no number.
    fn add_data(slf: &Bound<'_, Self>, values: Values<'_>) -> PyResult<()> {
        todo!("collect an iterable's items first, then borrow, extend the buffer, and count in total_seen")
    }

    /// Forget all values. The chunk size and `total_seen` stay.
    fn clear(&mut self) {
        todo!("clear the buffer")
    }

    fn __repr__(&self) -> String {
        todo!("format!, for example DataProcessor(size=6, chunk_size=3)")
    }
}
