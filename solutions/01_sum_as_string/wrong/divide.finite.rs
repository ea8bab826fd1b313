//! wrong: judges the result instead of the divisor, so infinities and NaN are called divisions by zero.
//! fails: test_not_finite
//! fails: test_agrees_with_python
//! says: NaN and the infinities go through

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The quotient a / b.
#[pyfunction]
pub fn divide(a: f64, b: f64) -> PyResult<f64> {
    let quotient = a / b;
    if quotient.is_finite() { Ok(quotient) } else { Err(PyValueError::new_err("Cannot divide by zero")) }
}
