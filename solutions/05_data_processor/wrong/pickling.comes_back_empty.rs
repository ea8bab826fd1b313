//! wrong: gives only what the constructor takes, as `__getnewargs__` alone does: the values are gone.
//! fails: test_the_state_survives
//! says: all three must go through

use std::num::NonZeroUsize;

use numpy::{PyArray1, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::DataProcessor;

/// What `_from_state` is called with: chunk size, values, `total_seen`.
pub type State<'py> = (usize, Bound<'py, PyArray1<f64>>, u64);

#[pymethods]
impl DataProcessor {
    /// The recipe for an equal processor: what to call, and with what.
    ///
    /// The callback is no part of it: it belongs to this process, and few callables can be pickled.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, State<'py>)> {
        let this = slf.try_borrow()?;
        let values = PyArray1::zeros(slf.py(), 0, false);
        Ok((slf.get_type().getattr("_from_state")?, (this.chunk_size.get(), values, this.total_seen)))
    }

    /// What the recipe calls. Raises `ValueError` for a state that no processor can have.
    #[classmethod]
    fn _from_state(
        _cls: &Bound<'_, PyType>,
        chunk_size: usize,
        values: PyReadonlyArray1<'_, f64>,
        total_seen: u64,
    ) -> PyResult<Self> {
        let chunk_size = NonZeroUsize::new(chunk_size).ok_or_else(|| PyValueError::new_err("chunk_size is 0"))?;
        if !values.is_aligned() || total_seen < values.len() as u64 {
            return Err(PyValueError::new_err("this is no state of a DataProcessor"));
        }
        Ok(Self { buffer: values.as_array().iter().copied().collect(), chunk_size, total_seen, callback: None })
    }
}
