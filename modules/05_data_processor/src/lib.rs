//! Module 05: a Rust struct as a Python class.
//!
//! One file per exercise, each with a `#[pymethods]` block of the same class. The class itself is in `processor`. `memory`,
//! `sums` and `team` are given, and `fixtures` belongs to the tests. This file is the table of contents.

pub mod chunk_iterator;
pub mod construction;
#[cfg(feature = "fixtures")]
mod fixtures;
pub mod memory;
pub mod on_chunk;
pub mod pickling;
pub mod pipeline;
pub mod process_chunks;
pub mod processor;
pub mod properties;
pub mod sequence_protocol;
pub mod sums;
pub mod team;

pub use processor::{DataProcessor, Revision};
pub use sums::sum_of;

/// Collects a stream of floats and works on it chunk by chunk.
#[pyo3::pymodule(name = "data_processor")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::DataProcessor;
    #[pymodule_export]
    use super::chunk_iterator::ChunkIterator;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::sequence_protocol::register(module.py())?;
        #[cfg(feature = "fixtures")]
        super::fixtures::install(module)?;
        Ok(())
    }
}
