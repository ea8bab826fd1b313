//! wrong: the private attribute is added like a public one, so `from sum_as_string import *` brings it along.
//! fails: test_all
//! fails: test_stubtest
//! says: _rust_version

use pyo3::prelude::*;

/// Sets what belongs to the module.
pub fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("_rust_version", env!("CARGO_PKG_RUST_VERSION"))
}
