use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;

pub fn fill(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Err(PyAttributeError::new_err("module has no attribute"))
}
