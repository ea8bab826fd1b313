//! Module 12: work for more than one process, and for more than one machine.
//!
//! Exercises 1 to 3 are Rust, one file each. Exercises 4 and 5 are Python, in `cluster.py`, which is compiled into the
//! extension so that one wheel carries everything. This file is the table of contents. Given are: what a word is
//! ([`words`]), the parts of the byte format ([`wire`]), reading at a position ([`source`]), checked arguments
//! ([`arguments`]), the Python files ([`embedded`]) and one block of Mulliken rows ([`mulliken_rows`]).

pub mod arguments;
pub mod count_part;
pub mod embedded;
pub mod mulliken_rows;
pub mod partial_count;
pub mod process_pools;
pub mod source;
pub mod wire;
pub mod words;

/// Counts in parts that add up: in threads, in processes, on a cluster.
#[pyo3::pymodule(name = "scale_out")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::count_part::count_part;
    #[pymodule_export]
    use super::mulliken_rows::mulliken_rows;
    #[pymodule_export]
    use super::partial_count::PartialCount;
    #[pymodule_export]
    use super::process_pools::{choose_threads, default_threads};

    /// Adds the Python files. They are run when they are first used.
    #[pymodule_init]
    fn add_python_files(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::embedded::install(module)
    }
}
