//! wrong: the version is set like a private attribute, so `__all__` lacks it and the package that maturin makes loses it.
//! fails: test_all
//! says: `module.add` also puts the name into `__all__`

use pyo3::prelude::*;

/// Sets what belongs to the module.
pub fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("__version__", env!("CARGO_PKG_VERSION"))?;
    module.setattr("_rust_version", env!("CARGO_PKG_RUST_VERSION"))
}
