//! The methods that make a processor a sequence.

use pyo3::prelude::*;

use super::DataProcessor;

/// Tells `collections.abc.Sequence` that processors are sequences. Called once, when the module is imported.
pub fn register(py: Python<'_>) -> PyResult<()> {
    // No `todo!` here: it would end the import. Write one line in place of this one.
    Ok(())
}

/// The place that a Python index means, counted from the end if it is negative; `None` if it is out of range.
pub fn resolve(index: isize, len: usize) -> Option<usize> {
    todo!("add the length to a negative index, then check the range")
}

#[pymethods]
impl DataProcessor {
    /// A float for an index, a float64 array for a slice.
    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        todo!("a slice: its indices, the values, an array; else an isize: resolve, or IndexError")
    }

    fn __contains__(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        todo!("what is no number is not here")
    }

    /// The first place of a value. Raises `ValueError` if it is not there.
    fn index(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        todo!("position in the buffer, or ValueError")
    }

    /// The number of times that a value is there.
    fn count(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        todo!("count the equal ones")
    }

    /// Equal values and equal chunk sizes.
    fn __eq__(&self, other: &Self) -> bool {
        todo!("compare two fields")
    }
}
