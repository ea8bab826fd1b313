//! Rust that calls Python back, and the garbage collector that must be told.

use numpy::IntoPyArray;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::{DataProcessor, sum_of};

/// `process_chunks` with a callback: each full chunk goes to it, and leaves the processor when it returns.
///
/// An exception of the callback ends it; that chunk and all after it are still there. The processor is not borrowed
/// while the callback runs, so it may look at it. It may not change it: `RuntimeError`.
pub fn hand_over(slf: &Bound<'_, DataProcessor>, callback: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let py = slf.py();
    let mut means = Vec::new();
    loop {
        let (chunk, revision) = {
            let this = slf.try_borrow()?;
            let size = this.chunk_size.get();
            if this.buffer.len() < size {
                return Ok(means);
            }
            (this.buffer.range(..size).copied().collect::<Vec<f64>>(), this.revision())
        };
        let size = chunk.len();
        let mean = sum_of(&chunk, |value| value) / size as f64;
        callback.call1((chunk.into_pyarray(py),))?;
        let mut this = slf.try_borrow_mut()?;
        if this.revision() != revision {
            return Err(PyRuntimeError::new_err("the callback changed the processor"));
        }
        this.buffer.drain(..size);
        means.push(mean);
    }
}

#[pymethods]
impl DataProcessor {
    /// Have `process_chunks` call `callback(chunk)` with each full chunk, a float64 array. `None` ends that.
    fn on_chunk(slf: &Bound<'_, Self>, callback: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        if let Some(callback) = &callback
            && !callback.is_callable()
        {
            return Err(PyTypeError::new_err("on_chunk needs something to call, or None"));
        }
        let old = std::mem::replace(&mut slf.try_borrow_mut()?.callback, callback.map(Bound::unbind));
        drop(old); // After the borrow: the last reference may run a `__del__`, which may look at the processor.
        Ok(())
    }

    /// Shows the garbage collector which Python objects this one keeps alive.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callback)
    }

    /// Lets go of them. The collector calls it on one object of a cycle that nobody else holds.
    fn __clear__(&mut self) {
        self.callback = None;
    }
}
