//! With these the tests make and read a processor past the exercises, so that each exercise is judged by itself.
//!
//! Only with the feature `fixtures`, which `cargo course` builds with. maturin leaves it out, so what ships has none.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use pyo3::prelude::*;

use crate::DataProcessor;

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
pub(crate) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("_make", wrap_pyfunction!(_make, module)?)?;
    module.setattr("_state", wrap_pyfunction!(_state, module)?)?;
    module.setattr("_set_state", wrap_pyfunction!(_set_state, module)?)
}
