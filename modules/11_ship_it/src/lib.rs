//! Module 11: wheels and everything around them.
//!
//! Most of this module lies in `project/`: a small library that is to be shipped. Here is the Rust that belongs to it.

pub mod capabilities;
pub mod kernel;
pub mod survive;

/// The things that a shipped extension must declare and survive.
#[pyo3::pymodule(name = "ship_it", gil_used = false)]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::capabilities::{built_for, capabilities};
    #[pymodule_export]
    use super::survive::{PoolGuard, Ticker, mean_of, parallel_total};

    #[pymodule_init]
    fn check_interpreter(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::survive::refuse_sub_interpreters(module.py())
    }
}
