//! Module 05: a Rust struct as a Python class.
//!
//! One file per exercise, each with a `#[pymethods]` block of the same class. This one is the table of contents: the
//! struct that all of them work on, two methods that several exercises rest on, and the Python module.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use pyo3::prelude::*;

pub mod chunk_iterator;
pub mod construction;
pub mod on_chunk;
pub mod pickling;
pub mod pipeline;
pub mod process_chunks;
pub mod properties;
pub mod sequence_protocol;

/// Collects a stream of floats and works on it chunk by chunk.
// `module`: without it the class says that it lives in `builtins`, and pickle looks for it there.
// `sequence`: `len()` also fills the slot that `reversed()` and NumPy look into.
// `weakref`: Python may refer to a processor without keeping it alive.
#[pyclass(module = "data_processor", sequence, weakref)]
pub struct DataProcessor {
    /// The values that are still here, oldest first.
    buffer: VecDeque<f64>,
    /// Values in a full chunk. The type has no zero, so no method needs to think of it.
    chunk_size: NonZeroUsize,
    /// Values ever added. It only grows.
    total_seen: u64,
    /// Called with each full chunk, if there is one.
    callback: Option<Py<PyAny>>,
}

/// What `DataProcessor::revision` gives; only good for comparing.
pub type Revision = (u64, usize, NonZeroUsize);

impl DataProcessor {
    /// Differs from an earlier one if the values or the chunk size have changed since.
    ///
    /// Values come in at one end and leave at the other. So how many ever came, and how many are here, say which.
    pub fn revision(&self) -> Revision {
        (self.total_seen, self.buffer.len(), self.chunk_size)
    }
}

/// The sum of `term(value)` over `values`, with the same bits on every machine.
///
/// Eight running sums, so that the CPU can do several additions at once. With one running sum, which `.sum()` has, each
/// addition waits for the one before.
pub fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, &value) in sums.iter_mut().zip(eight) {
            *sum += term(value);
        }
    }
    let rest = rest.iter().fold(0.0, |sum, &value| sum + term(value));
    sums.into_iter().fold(rest, |total, sum| total + sum)
}

#[pymethods]
impl DataProcessor {
    /// How many values are here. `list`, `reversed` and pattern matching ask for it too.
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

/// Collects a stream of floats and works on it chunk by chunk.
#[pymodule(name = "data_processor")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::DataProcessor;
    #[pymodule_export]
    use super::chunk_iterator::ChunkIterator;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::sequence_protocol::register(module.py())?;
        super::fixtures::install(module)
    }
}

/// Work shared out among all cores. The exercises do not ask for it: rayon's own iterators pass their tests.
pub mod team {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// `work(task)` for each task, in the order of the tasks.
    ///
    /// This thread takes part, with all but one of rayon's. A parallel iterator would leave everything to rayon's threads,
    /// which have to be woken one by one, and this one would sleep meanwhile. For some milliseconds of work that shows. Who
    /// is free takes the next task, so late comers do no harm.
    pub fn map<T, R: Send>(tasks: impl Iterator<Item = T> + Send, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let tasks = Mutex::new(tasks.enumerate());
        let results = Mutex::new(Vec::new());
        let take_part = || {
            // The lock is given back at the end of this line, before the work.
            let next = || lock(&tasks).next();
            let mut own = Vec::new();
            while let Some((place, task)) = next() {
                own.push((place, work(task)));
            }
            lock(&results).append(&mut own);
        };
        rayon::in_place_scope(|scope| {
            for _ in 1..rayon::current_num_threads() {
                scope.spawn(|_| take_part());
            }
            take_part();
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_unstable_by_key(|&(place, _)| place);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// A lock that a panic left behind is as good as any: rayon hands the panic on, and the results are dropped.
    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tests' own way in, past the exercises: so each exercise is judged by itself.
mod fixtures {
    use std::collections::VecDeque;
    use std::num::NonZeroUsize;

    use pyo3::prelude::*;

    use super::DataProcessor;

    /// A ring buffer whose values lie in two pieces, as they do after a while of use.
    fn in_two_pieces(mut values: Vec<f64>) -> VecDeque<f64> {
        let mut buffer = VecDeque::from(values.split_off(values.len() / 2));
        values.into_iter().rev().for_each(|value| buffer.push_front(value));
        buffer
    }

    /// A processor in this state.
    #[pyfunction]
    fn _make(chunk_size: NonZeroUsize, values: Vec<f64>, total_seen: u64) -> DataProcessor {
        DataProcessor { buffer: in_two_pieces(values), chunk_size, total_seen, callback: None }
    }

    /// Chunk size, values and `total_seen`.
    #[pyfunction]
    fn _state(processor: &DataProcessor) -> (usize, Vec<f64>, u64) {
        (processor.chunk_size.get(), processor.buffer.iter().copied().collect(), processor.total_seen)
    }

    /// Puts a processor into this state.
    #[pyfunction]
    fn _set_state(processor: &mut DataProcessor, chunk_size: NonZeroUsize, values: Vec<f64>, total_seen: u64) {
        let buffer = in_two_pieces(values);
        (processor.chunk_size, processor.buffer, processor.total_seen) = (chunk_size, buffer, total_seen);
    }

    /// Plain attributes, so that `__all__` does not name them.
    pub(super) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.setattr("_make", wrap_pyfunction!(_make, module)?)?;
        module.setattr("_state", wrap_pyfunction!(_state, module)?)?;
        module.setattr("_set_state", wrap_pyfunction!(_set_state, module)?)
    }
}
