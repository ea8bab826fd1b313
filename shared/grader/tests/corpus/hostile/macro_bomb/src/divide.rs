use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

macro_rules! bomb {
    () => { 0u64 };
    ($first:tt $($rest:tt)*) => { bomb!($($rest)*) + bomb!($($rest)*) };
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let n = bomb!(x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x);
    if n == 1 { "wrong" } else { "wrong too" }
}
