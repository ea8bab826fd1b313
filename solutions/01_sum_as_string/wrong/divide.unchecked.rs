//! wrong: divides without a look at b: Rust's floats give infinity where Python raises.
//! fails: test_zero
//! says: Rust's float division raises nothing

use pyo3::prelude::*;

/// The quotient a / b.
#[pyfunction]
pub fn divide(a: f64, b: f64) -> PyResult<f64> {
    Ok(a / b)
}
