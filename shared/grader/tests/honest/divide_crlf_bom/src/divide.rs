use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

#[pyfunction]
pub fn divide(a: f64, b: f64) -> PyResult<f64> {
    match b {
        zero if zero == 0.0 => Err(PyErr::new::<PyValueError, _>("Sorry: Cannot divide by zero (b is 0)")),
        other => Ok(a / other),
    }
}
