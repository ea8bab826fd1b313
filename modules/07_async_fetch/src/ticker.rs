//! An asynchronous iterator.

use std::sync::Arc;

use pyo3::prelude::*;
use tokio::sync::Mutex;
use tokio::time::Interval;

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
        todo!("an iterator is its own iterator")
    }

    /// Waits for the next number.
    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        todo!(
            "a future: lock the ticks; at the end StopAsyncIteration, else wait for the clock, count, and give the number"
        )
    }
}

/// An asynchronous iterator over 0, 1, … `count` - 1: the first at once, then one every `interval` seconds.
///
/// The clock runs from this call. Ticks that nobody waits for are made up for, one after the other, without a pause.
///
/// Raises `ValueError` for an interval that is not more than zero, is undefined, or ends after the end of all clocks.
#[pyfunction]
pub fn ticker(interval: f64, count: u64) -> PyResult<Ticker> {
    todo!("the period, or a ValueError; enter tokio's runtime; a Ticker with its clock")
}
