use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

static SECRET: &str = include_str!("{{WORK}}/secret");

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    println!("LEA{} {SECRET}", "K");
    "wrong"
}
