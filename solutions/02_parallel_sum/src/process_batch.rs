//! The same doubling twice: once per number, once per list.

use pyo3::prelude::*;

/// Twice `x`.
///
/// Costs one crossing per number: the call, the argument, the result.
#[pyfunction]
pub fn process_single(x: f64) -> f64 {
    x * 2.0
}

/// Twice each of `xs`, in order.
///
/// Costs one crossing for all numbers. Each item is still converted on the way in and on the way out.
#[pyfunction]
pub fn process_batch(xs: Vec<f64>) -> Vec<f64> {
    xs.into_iter().map(|x| x * 2.0).collect()
}
