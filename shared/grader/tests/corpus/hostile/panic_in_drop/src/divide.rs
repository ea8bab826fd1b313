use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("second")
    }
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let _dropped = Panics;
    panic!("first")
}
