//! Counts turns of the event loop instead of seconds.

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// So many turns are left.
#[pyclass]
#[derive(Debug)]
pub struct Turns {
    left: u64,
}

#[pymethods]
impl Turns {
    fn __await__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }
    fn __next__(&mut self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.left = self.left.checked_sub(1)?;
        Some(py.None())
    }
}

/// Does not sleep.
#[pyfunction]
pub fn async_sleep(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    Duration::try_from_secs_f64(seconds).map_err(|error| PyValueError::new_err(format!("seconds={seconds}: {error}")))?;
    py.import("asyncio")?.call_method0("get_running_loop")?;
    Ok(Bound::new(py, Turns { left: (seconds * 100.0) as u64 })?.into_any())
}
