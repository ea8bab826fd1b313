use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::numbers::numbers_of;

fn twice(x: f64) -> f64 {
    x + x
}

#[pyfunction]
pub fn process_single(x: f64) -> f64 {
    twice(x)
}

#[pyfunction]
pub fn process_batch<'py>(py: Python<'py>, #[pyo3(from_py_with = numbers_of)] xs: Vec<f64>) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for x in &xs {
        list.append(twice(*x))?;
    }
    Ok(list)
}
