//! wrong: a `usize` index: PyO3 refuses -1 with an OverflowError.
//! fails: test_index
//! says: A negative index counts from the end

use numpy::IntoPyArray;
use pyo3::exceptions::{PyIndexError, PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PySequence, PySlice};

use super::DataProcessor;

/// Tells `collections.abc.Sequence` that processors are sequences. Called once, when the module is imported.
pub fn register(py: Python<'_>) -> PyResult<()> {
    PySequence::register::<DataProcessor>(py)
}

/// The place that a Python index means, counted from the end if it is negative.
pub fn resolve(index: isize, len: usize) -> Option<usize> {
    let place = if index < 0 { len.checked_add_signed(index)? } else { index.unsigned_abs() };
    (place < len).then_some(place)
}

#[pymethods]
impl DataProcessor {
    /// A float for an index, a float64 array for a slice.
    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        if let Ok(slice) = index.cast::<PySlice>() {
            // No Vec is longer than isize::MAX bytes.
            let indices = slice.indices(self.buffer.len() as isize)?;
            let places = (0..indices.slicelength as isize).map(|n| (indices.start + n * indices.step) as usize);
            let values: Vec<f64> = places.map(|place| self.buffer[place]).collect();
            return Ok(values.into_pyarray(py).into_any());
        }
        let out_of_range = || PyIndexError::new_err(format!("index out of range for {} values", self.buffer.len()));
        let index = match index.extract::<usize>() {
            Ok(index) => index,
            // An int that fits in no isize is out of range like any other.
            Err(error) if error.is_instance_of::<PyOverflowError>(py) => return Err(out_of_range()),
            Err(error) => return Err(error),
        };
        let place = Some(index).filter(|&place| place < self.buffer.len()).ok_or_else(out_of_range)?;
        Ok(self.buffer[place].into_pyobject(py)?.into_any())
    }

    fn __contains__(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.find(value)?.is_some())
    }

    /// The first place of a value. Raises `ValueError` if it is not there.
    fn index(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        self.find(value)?.ok_or_else(|| PyValueError::new_err("the value is not in the processor"))
    }

    /// How often a value is there.
    fn count(&self, value: &Bound<'_, PyAny>) -> PyResult<usize> {
        Ok(match as_float(value)? {
            Some(number) => self.buffer.iter().filter(|&&other| other == number).count(),
            None => 0,
        })
    }

    /// Equal values and equal chunk sizes. Anything but a processor is left to the other side: PyO3 returns
    /// `NotImplemented` where `other` does not fit.
    fn __eq__(&self, other: &Self) -> bool {
        self.chunk_size == other.chunk_size && self.buffer == other.buffer
    }
}

impl DataProcessor {
    fn find(&self, value: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        Ok(as_float(value)?.and_then(|number| self.buffer.iter().position(|&other| other == number)))
    }
}

/// The float that `value` equals, if there is one.
///
/// A conversion alone would not do: it rounds. `2**53 + 1` becomes the float 2**53, which it does not equal.
fn as_float(value: &Bound<'_, PyAny>) -> PyResult<Option<f64>> {
    match value.extract::<f64>() {
        Ok(number) if value.eq(number)? => Ok(Some(number)),
        _ => Ok(None),
    }
}
