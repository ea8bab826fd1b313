use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

static HUGE: [u64; 1 << 29] = [1; 1 << 29];

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    if HUGE[5] == 0 { "wrong" } else { "wrong too" }
}
