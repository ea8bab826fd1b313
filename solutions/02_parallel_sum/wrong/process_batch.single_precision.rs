//! wrong: `f32`, as graphics and machine-learning code has it: Python's float is an `f64`, and digits are lost.
//! fails: test_precision_of_a_list
//! says: Python's float is Rust's f64

use pyo3::prelude::*;

/// Twice `x`.
#[pyfunction]
pub fn process_single(x: f32) -> f32 {
    x * 2.0
}

/// Twice each of `xs`.
#[pyfunction]
pub fn process_batch(xs: Vec<f32>) -> Vec<f32> {
    xs.into_iter().map(|x| x * 2.0).collect()
}
