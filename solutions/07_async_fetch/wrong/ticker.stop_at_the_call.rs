//! wrong: raises StopAsyncIteration from the call. `async for` does not mind; `anext(ticker, default)` does.
//! fails: test_at_its_end
//! says: The call raised StopAsyncIteration

use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::{PyStopAsyncIteration, PyValueError};
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::{future_into_py, get_runtime};
use tokio::sync::Mutex;
use tokio::time::{Instant, Interval, interval_at};

/// A clock, and the numbers that are left.
#[derive(Debug)]
struct Ticks {
    clock: Interval,
    next: u64,
    count: u64,
}

/// Counts from 0, at a steady pace.
///
/// Each number goes to one `__anext__` only, however many wait. A wait that is cancelled before its tick loses none.
#[pyclass(frozen, module = "async_fetch")]
#[derive(Debug)]
pub struct Ticker {
    // tokio's lock, not the standard library's: it is held across an `await`, and those who wait for it wait
    // asynchronously. The `Arc` is for the futures, which may outlive this object.
    ticks: Arc<Mutex<Ticks>>,
}

#[pymethods]
impl Ticker {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Waits for the next number.
    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let ticks = Arc::clone(&self.ticks);
        if ticks.try_lock().is_ok_and(|ticks| ticks.next == ticks.count) {
            return Err(PyStopAsyncIteration::new_err(()));
        }
        future_into_py(py, async move {
            let mut ticks = ticks.lock().await;
            if ticks.next == ticks.count {
                // Raised by the awaitable, not by the call: `anext(ticker, default)` only looks there.
                return Err(PyStopAsyncIteration::new_err(()));
            }
            ticks.clock.tick().await;
            // From here to the end nothing waits, so nothing can be cancelled between the tick and the count.
            let number = ticks.next;
            ticks.next += 1;
            Ok(number)
        })
    }
}

/// An asynchronous iterator over 0, 1, … `count` - 1: the first at once, then one every `interval` seconds.
///
/// The clock runs from this call. Ticks that nobody waits for are made up for, one after the other, without a pause.
///
/// Raises `ValueError` for an interval that is not more than zero, is undefined, or ends after the end of all clocks.
#[pyfunction]
pub fn ticker(interval: f64, count: u64) -> PyResult<Ticker> {
    let start = Instant::now();
    // tokio's Interval panics for a period of zero, and when a tick lies beyond what an Instant can hold.
    let period = Duration::try_from_secs_f64(interval)
        .ok()
        .filter(|&period| !period.is_zero() && start.checked_add(period).is_some())
        .ok_or_else(|| PyValueError::new_err(format!("interval={interval}: must be more than zero, and finite")))?;
    // A clock needs tokio's timer. It finds it through the runtime that this thread has entered.
    let _entered = get_runtime().enter();
    let ticks = Ticks { clock: interval_at(start, period), next: 0, count };
    Ok(Ticker { ticks: Arc::new(Mutex::new(ticks)) })
}
