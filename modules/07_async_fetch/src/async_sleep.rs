//! A Rust future that Python can await.

use pyo3::prelude::*;

/// Waits this many seconds, on tokio's clock. The event loop and tokio's workers are free meanwhile.
///
/// Raises `ValueError`, at the call, for seconds that are negative, NaN, infinite or too many for a `Duration` (2⁶⁴).
#[pyfunction]
pub fn async_sleep(py: Python<'_>, seconds: f64) -> PyResult<Bound<'_, PyAny>> {
    todo!("a Duration or a ValueError; then a future that sleeps, made awaitable by future_into_py")
}
