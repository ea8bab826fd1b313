use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    if room[0] == 0 { 0 } else { deeper(depth + 1) + room[1] }
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    if deeper(1) > 0 { "wrong" } else { "wrong too" }
}
