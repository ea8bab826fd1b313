use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

#[link(name = "sum_as_string_solution", kind = "dylib")]
#[link(name = ":/etc/passwd", kind = "dylib")]
unsafe extern "C" {
    fn PyInit_sum_as_string() -> *mut std::ffi::c_void;
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let _ = unsafe { PyInit_sum_as_string() };
    "wrong"
}
