//! Module 1 of the course: the boundary between Rust and Python.
//!
//! This file is the table of contents. Each exercise is a file of its own.

pub mod add_one;
pub mod divide;
pub mod join_sums;
pub mod module_face;
pub mod sum_as_string;

/// The boundary between Rust and Python: small sums, and every way they can go wrong.
// In Rust it is called `python`, because the exercise's file has taken the name `sum_as_string`.
#[pyo3::pymodule(name = "sum_as_string")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::divide::divide;
    #[pymodule_export]
    use super::join_sums::join_sums;
    #[pymodule_export]
    use super::sum_as_string::sum_as_string;

    /// Runs once, at the first import. By then the functions above are in the module.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::module_face::fill(module)
    }
}
