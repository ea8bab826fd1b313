//! One attempt of `retry`, as Python sees it. This file is given; exercise 5 uses it.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyTypeError;
use pyo3::exceptions::asyncio::CancelledError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3_async_runtimes::TaskLocals;

/// An awaitable that calls `make_coroutine` as late as it can: when asyncio begins to await it.
///
/// By then a task of asyncio's runs, in the event loop's thread and in the context of `retry`'s caller. That is where
/// Python code expects to be called. Rust would call it in one of tokio's threads, where there is neither.
#[pyclass(frozen)]
pub(crate) struct Attempt {
    make_coroutine: Py<PyAny>,
    task: PyOnceLock<Py<PyAny>>,
    abandoned: AtomicBool,
}

impl Attempt {
    /// The awaitable of an attempt, and a guard that cancels the attempt when it is dropped.
    pub(crate) fn prepare<'py>(
        py: Python<'py>,
        make_coroutine: &Py<PyAny>,
        locals: &TaskLocals,
    ) -> PyResult<(Bound<'py, PyAny>, CancelOnDrop)> {
        let attempt = Bound::new(
            py,
            Self {
                make_coroutine: make_coroutine.clone_ref(py),
                task: PyOnceLock::new(),
                abandoned: AtomicBool::new(false),
            },
        )?;
        let abandon = attempt.getattr(intern!(py, "abandon"))?.unbind();
        Ok((attempt.into_any(), CancelOnDrop { abandon, event_loop: locals.event_loop(py).unbind() }))
    }
}

// Both methods run in the event loop's thread, so neither comes in between in the other.
#[pymethods]
impl Attempt {
    fn __await__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.abandoned.load(Ordering::Relaxed) {
            return Err(CancelledError::new_err(()));
        }
        self.task.get_or_try_init(py, || {
            py.import(intern!(py, "asyncio"))?.call_method0(intern!(py, "current_task")).map(Bound::unbind)
        })?;
        let made = self.make_coroutine.bind(py).call0()?;
        let Some(begin) = made.getattr_opt(intern!(py, "__await__"))? else {
            let kind = made.get_type().name()?;
            return Err(PyTypeError::new_err(format!("make_coroutine must return an awaitable, not {kind}")));
        };
        begin.call0()
    }

    /// Cancels the task that awaits this, or the attempt to begin.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        self.abandoned.store(true, Ordering::Relaxed);
        if let Some(task) = self.task.get(py) {
            task.call_method0(py, intern!(py, "cancel"))?; // Does nothing to a task that is done.
        }
        Ok(())
    }
}

/// Cancels an attempt when it is dropped. A Rust future that waits for a Python task does not: dropped, it merely stops
/// to wait, and the task runs on.
pub(crate) struct CancelOnDrop {
    abandon: Py<PyAny>,
    event_loop: Py<PyAny>,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        // Neither an interpreter that shuts down nor a loop that is closed has anything left to cancel.
        let _ = Python::try_attach(|py| {
            self.event_loop.call_method1(py, intern!(py, "call_soon_threadsafe"), (&self.abandon,)).map(drop)
        });
    }
}
