use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

evil::evil!();

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    "wrong"
}
