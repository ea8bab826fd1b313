//! wrong: refuses what is near zero, after the rule of thumb that floats are never compared for equality.
//! fails: test_near_zero
//! says: a divisor near zero is a divisor

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The quotient a / b.
#[pyfunction]
pub fn divide(a: f64, b: f64) -> PyResult<f64> {
    if b.abs() < f64::EPSILON {
        return Err(PyValueError::new_err("Cannot divide by zero"));
    }
    Ok(a / b)
}
