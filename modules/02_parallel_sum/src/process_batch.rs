//! The same doubling twice: once per number, once per list.

use pyo3::prelude::*;

/// Twice `x`.
#[pyfunction]
pub fn process_single(x: f64) -> f64 {
    todo!("twice x")
}

/// Twice each of `xs`, in order.
#[pyfunction]
pub fn process_batch(xs: Vec<f64>) -> Vec<f64> {
    todo!("map over xs and collect a new Vec")
}
