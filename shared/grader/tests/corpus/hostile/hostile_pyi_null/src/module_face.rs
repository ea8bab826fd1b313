use pyo3::prelude::*;

/// Nothing: the attack is in the stub.
pub fn fill(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
