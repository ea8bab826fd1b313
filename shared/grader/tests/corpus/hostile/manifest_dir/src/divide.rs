use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

static SOLUTION: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/sum_as_string.rs"));

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    println!("LEA{} {}", "K", SOLUTION.len());
    "wrong"
}
