//! The state of a processor, taken apart and put together again: for `copy`, `deepcopy` and `pickle`.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::DataProcessor;

/// What `_from_state` is called with: chunk size, values, `total_seen`.
pub type State<'py> = (usize, Bound<'py, PyArray1<f64>>, u64);

#[pymethods]
impl DataProcessor {
    /// The recipe for an equal processor: what to call, and with what.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, State<'py>)> {
        todo!("the class's attribute _from_state, and the state")
    }

    /// The recipe calls this. Raises `ValueError` for a state that no processor can have.
    #[classmethod]
    fn _from_state(
        _cls: &Bound<'_, PyType>,
        chunk_size: usize,
        values: PyReadonlyArray1<'_, f64>,
        total_seen: u64,
    ) -> PyResult<Self> {
        todo!("refuse chunk size 0 and a total_seen below the number of values, then fill in the fields")
    }
}
