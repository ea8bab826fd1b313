use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

#[allow(long_running_const_eval)]
const FOREVER: u64 = {
    let mut n: u64 = 1;
    while n != 0 {
        n = n.wrapping_mul(3) | 1;
    }
    n
};

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    if FOREVER == 0 { "wrong" } else { "wrong too" }
}
