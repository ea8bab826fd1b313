//! Exercise 3: an error of your own choice.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The quotient a / b.
///
/// Raises ValueError where b is zero.
#[pyfunction]
pub fn divide(a: f64, b: f64) -> PyResult<f64> {
    // Only zero itself is refused, of either sign, so `==` is right here. NaN equals nothing.
    if b == 0.0 {
        return Err(PyValueError::new_err("Cannot divide by zero"));
    }
    Ok(a / b)
}
