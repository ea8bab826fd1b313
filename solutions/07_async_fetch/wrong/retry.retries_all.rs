//! wrong: retries whatever was raised, CancelledError too: what was cancelled begins again.
//! fails: test_cancelled_error_is_never_retried
//! says: Only an `Exception` may be retried

use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::{future_into_py_with_locals, get_current_locals};
use pyo3_async_runtimes::{TaskLocals, into_future_with_locals};

use crate::attempt::Attempt;

/// Calls `make_coroutine` and awaits what it returns, both in the event loop of `locals`.
async fn attempt(make_coroutine: &Py<PyAny>, locals: &TaskLocals) -> PyResult<Py<PyAny>> {
    // The guard lives until this future ends, or is dropped because `retry` is cancelled.
    let (outcome, _guard) = Python::attach(|py| {
        let (awaitable, guard) = Attempt::prepare(py, make_coroutine, locals)?;
        Ok::<_, PyErr>((into_future_with_locals(locals, awaitable)?, guard))
    })?;
    // Detached: between `await` and its answer, this thread of tokio's is not attached to the interpreter.
    outcome.await
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
    if attempts == 0 {
        return Err(PyValueError::new_err("attempts must be 1 or more"));
    }
    if !make_coroutine.bind(py).is_callable() {
        return Err(PyTypeError::new_err("make_coroutine must be callable: pass the function, not what it returns"));
    }
    let delay =
        Duration::try_from_secs_f64(delay).map_err(|error| PyValueError::new_err(format!("delay={delay}: {error}")))?;
    // The loop and the context of the caller, taken here: in tokio's threads there is no running loop to ask for.
    let locals = get_current_locals(py)?;
    future_into_py_with_locals(py, locals.clone(), async move {
        for _ in 1..attempts {
            match attempt(&make_coroutine, &locals).await {
                Err(_) => {}
                outcome => return outcome,
            }
            tokio::time::sleep(delay).await;
        }
        attempt(&make_coroutine, &locals).await
    })
}
