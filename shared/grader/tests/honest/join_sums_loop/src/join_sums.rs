use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

/// Joins.
#[pyfunction]
#[pyo3(signature = (pairs, /, *, sep = ", "))]
pub fn join_sums(py: Python<'_>, pairs: &Bound<'_, PyAny>, sep: &str) -> PyResult<String> {
    let mut parts: Vec<String> = Vec::with_capacity(4);
    let mut iterator = pairs.try_iter()?;
    let mut index = 0usize;
    while let Some(item) = iterator.next() {
        let item = item?;
        match one(&item) {
            Ok(sum) => parts.push(sum.to_string()),
            Err(cause) => {
                let text = format!("I could not add up pairs[{index}]!! ({cause})");
                let error = if cause.is_instance_of::<PyTypeError>(py) {
                    PyTypeError::new_err(text)
                } else if cause.is_instance_of::<PyOverflowError>(py) {
                    PyOverflowError::new_err(text)
                } else {
                    PyValueError::new_err(text)
                };
                error.set_cause(py, Some(cause));
                return Err(error);
            }
        }
        index += 1;
    }
    Ok(PyString::new(py, sep).call_method1("join", (parts,))?.extract()?)
}

fn one(item: &Bound<'_, PyAny>) -> PyResult<u64> {
    let tuple = item.cast::<PyTuple>().map_err(|_| PyTypeError::new_err("no tuple"))?;
    if tuple.len() != 2 {
        return Err(PyValueError::new_err(format!("{} items", tuple.len())));
    }
    let a: u64 = tuple.get_item(0)?.extract()?;
    let b: u64 = tuple.get_item(1)?.extract()?;
    match a.checked_add(b) {
        Some(sum) => Ok(sum),
        None => Err(PyOverflowError::new_err("more than 64 bits")),
    }
}
