//! Exercise 5: what the module says about itself. The other half is in `sum_as_string.pyi`.

use pyo3::prelude::*;

/// Sets what belongs to the module rather than to one of its functions: its version and its list of public names.
///
/// `lib.rs` calls it while Python imports the module, after the functions were added. An error here fails the import.
pub fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // TODO: `__version__`, public, and `_rust_version`, private: both stand in Cargo.toml.
    // TODO: `__all__` names the three functions and `__version__`, and nothing private.
    Ok(())
}
