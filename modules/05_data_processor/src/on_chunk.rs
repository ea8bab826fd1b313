//! Rust that calls Python back, and the garbage collector that must be told.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::DataProcessor;

/// `process_chunks` with a callback: each full chunk goes to it, and leaves the processor when it returns.
///
/// An exception of the callback ends it; that chunk and all after it are still there. The callback may look at the
/// processor. It may not change it: `RuntimeError`.
pub fn hand_over(slf: &Bound<'_, DataProcessor>, callback: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    todo!("for each full chunk: borrow, copy it, end the borrow, call, borrow again, drain")
}

#[pymethods]
impl DataProcessor {
    /// Have `process_chunks` call `callback(chunk)` with each full chunk, a float64 array. `None` ends that.
    fn on_chunk(slf: &Bound<'_, Self>, callback: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        todo!("refuse what cannot be called with a TypeError, else put it into the field")
    }

    /// Shows the garbage collector which Python objects this one keeps alive.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // No `todo!` here: the collector calls this at any time, and must not meet a panic. Visit the callback instead.
        Ok(())
    }

    /// Lets go of them. The collector calls it on one object of a cycle that nobody else holds.
    fn __clear__(&mut self) {
        // No `todo!` here either.
    }
}
