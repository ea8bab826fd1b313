//! wrong: `block_on` in the event loop's thread: as long as it sleeps, nothing else in Python runs.
//! fails: test_the_loop_runs_on
//! says: A blocking sleep keeps a thread for itself

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::{future_into_py, get_runtime};

/// Waits this many seconds, on tokio's clock. The event loop and tokio's workers are free meanwhile.
///
/// Raises `ValueError`, at the call, for seconds that are negative, NaN, infinite or too many for a `Duration` (2⁶⁴).
#[pyfunction]
pub fn async_sleep(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    // Not `from_secs_f64`, which panics on all of these.
    let duration = Duration::try_from_secs_f64(seconds)
        .map_err(|error| PyValueError::new_err(format!("seconds={seconds}: {error}")))?;
    let none = py.None(); // What the future gives is converted as any value is, and `()` is an empty tuple.
    get_runtime().block_on(async { tokio::time::sleep(duration).await });
    future_into_py(py, async move { Ok(none) })
}
