use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use std::sync::Mutex;

static LOCK: Mutex<()> = Mutex::new(());

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let _one = LOCK.lock();
    let _two = LOCK.lock();
    "wrong"
}
