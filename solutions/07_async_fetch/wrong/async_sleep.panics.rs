//! wrong: the tutorials' conversion: it panics for a negative number, for NaN and for infinity.
//! fails: test_no_duration
//! says: `Duration::from_secs_f64` panics

use std::time::Duration;

use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;

/// Waits this many seconds, on tokio's clock. The event loop and tokio's workers are free meanwhile.
///
/// Raises `ValueError`, at the call, for seconds that are negative, NaN, infinite or too many for a `Duration` (2⁶⁴).
#[pyfunction]
pub fn async_sleep(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    let duration = Duration::from_secs_f64(seconds);
    let none = py.None(); // What the future gives is converted as any value is, and `()` is an empty tuple.
    future_into_py(py, async move {
        tokio::time::sleep(duration).await;
        Ok(none)
    })
}
