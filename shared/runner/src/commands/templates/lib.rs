//! Module {NUMBER}: {PACKAGE}.
//!
//! One file per exercise. This one is the table of contents.

pub mod {EXERCISE};

/// {PACKAGE}, as Python's `help` shows it.
#[pyo3::pymodule(name = "{PACKAGE}")]
mod python {
    #[pymodule_export]
    use super::{EXERCISE}::{EXERCISE};
}
