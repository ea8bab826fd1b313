//! The class: the struct that all exercises work on, and what several of them rest on.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use pyo3::prelude::*;

use crate::{memory, on_chunk};

/// Collects a stream of floats and works on it chunk by chunk.
// `module`: without it the class says that it lives in `builtins`, and pickle looks for it there.
// `sequence`: `len()` also fills the slot that `reversed()` and NumPy look into.
// `weakref`: Python may refer to a processor without keeping it alive.
#[pyclass(module = "data_processor", sequence, weakref)]
pub struct DataProcessor {
    /// The values that are still here, oldest first.
    pub(crate) buffer: VecDeque<f64>,
    /// Values in a full chunk. The type has no zero, so no method needs to think of it.
    pub(crate) chunk_size: NonZeroUsize,
    /// Values ever added. It only grows.
    pub(crate) total_seen: u64,
    /// Called with each full chunk, if there is one.
    pub(crate) callback: Option<Py<PyAny>>,
}

/// The result of `DataProcessor::revision`; only good for comparing.
pub type Revision = (u64, usize, NonZeroUsize);

impl DataProcessor {
    /// Differs from an earlier one if the values or the chunk size have changed since.
    ///
    /// Values come in at one end and leave at the other. So the number that ever came and the number that are here tell
    /// which ones are here.
    pub fn revision(&self) -> Revision {
        (self.total_seen, self.buffer.len(), self.chunk_size)
    }

    /// Makes room for `more` values, so that `extend` gets its memory.
    ///
    /// # Errors
    ///
    /// `MemoryError` if there is no memory for them.
    pub fn try_reserve(&mut self, more: usize) -> PyResult<()> {
        self.buffer.try_reserve(more).map_err(|_| memory::error(more))
    }
}

#[pymethods]
impl DataProcessor {
    /// The number of values here. `list`, `reversed` and pattern matching ask for it too.
    fn __len__(&self) -> usize {
        self.buffer.len()
    }

    /// Take out all full chunks and return their means. What is left over stays.
    ///
    /// With a callback set by `on_chunk`, each chunk goes to it first.
    fn process_chunks(slf: &Bound<'_, Self>) -> PyResult<Vec<f64>> {
        let py = slf.py();
        let callback = slf.try_borrow()?.callback.as_ref().map(|callback| callback.clone_ref(py));
        match callback {
            None => Ok(slf.try_borrow_mut()?.drain_means(py)), // exercise 2
            Some(callback) => on_chunk::hand_over(slf, callback.bind(py)), // exercise 7
        }
    }
}
