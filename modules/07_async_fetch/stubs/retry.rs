//! Rust awaits Python.

use pyo3::prelude::*;
use pyo3_async_runtimes::TaskLocals;

/// Calls `make_coroutine` and awaits what it returns, both in the event loop of `locals`.
async fn attempt(make_coroutine: &Py<PyAny>, locals: &TaskLocals) -> PyResult<Py<PyAny>> {
    todo!("attached: an Attempt and the Rust future that waits for it; detached: await that future")
}

/// Awaits `make_coroutine()`, and again up to `attempts` times as long as it raises, with `delay` seconds in between.
///
/// Gives the first result. If the last attempt raises, that exception propagates. What is no `Exception`, such as
/// `CancelledError`, is never retried. Cancelled itself, `retry` cancels the attempt that runs. Every attempt sees the
/// context variables of the call.
///
/// Raises, at the call, `ValueError` for 0 attempts and for a negative or undefined `delay`, and `TypeError` for a
/// `make_coroutine` that cannot be called.
#[pyfunction]
pub fn retry(py: Python<'_>, make_coroutine: Py<PyAny>, attempts: u32, delay: f64) -> PyResult<Bound<'_, PyAny>> {
    todo!("check the arguments; take the locals of the caller; then the future: attempts, with a sleep in between")
}
