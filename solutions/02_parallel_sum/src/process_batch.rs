//! The same doubling twice: once per number, once per list.

use pyo3::prelude::*;

use crate::numbers::numbers_of;

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
pub fn process_batch(#[pyo3(from_py_with = numbers_of)] xs: Vec<f64>) -> Vec<f64> {
    xs.into_iter().map(|x| x * 2.0).collect()
}
