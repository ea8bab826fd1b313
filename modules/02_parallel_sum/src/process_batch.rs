//! The same doubling twice: once per number, once per list.

use pyo3::prelude::*;

use crate::numbers::numbers_of;

/// Twice `x`.
#[pyfunction]
pub fn process_single(x: f64) -> f64 {
    todo!("twice x")
}

/// Twice each of `xs`, in order.
#[pyfunction]
pub fn process_batch(#[pyo3(from_py_with = numbers_of)] xs: Vec<f64>) -> Vec<f64> {
    todo!("map over xs and collect a new Vec")
}
