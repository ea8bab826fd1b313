//! wrong: checks inside the future: the error waits there until somebody awaits it, and who does not never sees it.
//! fails: test_raised_at_the_call
//! says: Check before `future_into_py`

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;

/// Waits this many seconds, on tokio's clock. The event loop and tokio's workers are free meanwhile.
///
/// Raises `ValueError`, at the call, for seconds that are negative, NaN, infinite or too many for a `Duration` (2⁶⁴).
#[pyfunction]
pub fn async_sleep(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    let none = py.None(); // What the future gives is converted as any value is, and `()` is an empty tuple.
    future_into_py(py, async move {
        let duration = Duration::try_from_secs_f64(seconds)
            .map_err(|error| PyValueError::new_err(format!("seconds={seconds}: {error}")))?;
        tokio::time::sleep(duration).await;
        Ok(none)
    })
}
