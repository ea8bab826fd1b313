//! Counts, and has no clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyStopAsyncIteration, PyValueError};
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;
use tokio::sync::Mutex;

/// The numbers that are left.
#[derive(Debug)]
struct Ticks {
    next: u64,
    count: u64,
}

/// Gives its numbers as fast as they are asked for.
#[pyclass(frozen, module = "async_fetch")]
#[derive(Debug)]
pub struct Ticker {
    ticks: Arc<Mutex<Ticks>>,
}

#[pymethods]
impl Ticker {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let ticks = Arc::clone(&self.ticks);
        future_into_py(py, async move {
            let mut ticks = ticks.lock().await;
            if ticks.next == ticks.count {
                return Err(PyStopAsyncIteration::new_err(()));
            }
            ticks.next += 1;
            Ok(ticks.next - 1)
        })
    }
}

/// Checks the interval, and forgets it.
#[pyfunction]
pub fn ticker(interval: f64, count: u64) -> PyResult<Ticker> {
    Duration::try_from_secs_f64(interval)
        .ok()
        .filter(|&period| !period.is_zero() && Instant::now().checked_add(period).is_some())
        .ok_or_else(|| PyValueError::new_err(format!("interval={interval}")))?;
    Ok(Ticker { ticks: Arc::new(Mutex::new(Ticks { next: 0, count })) })
}
