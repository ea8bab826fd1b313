//! Exercise 5: what the module says about itself. The other half is in `sum_as_string.pyi`.

use pyo3::prelude::*;

/// Sets what belongs to the module rather than to one of its functions: its version and its list of public names.
///
/// `lib.rs` calls it while Python imports the module, after the functions were added. An error here fails the import.
pub fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // `add` sets the attribute and appends its name to `__all__`, as it did for each function.
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    // `setattr` sets the attribute only: a private name does not belong in `__all__`.
    module.setattr("_rust_version", env!("CARGO_PKG_RUST_VERSION"))
}
