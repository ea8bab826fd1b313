//! Module 01.

use pyo3::prelude::*;

/// The sum as text. Wraps round beyond 64 bits.
#[pyfunction]
pub(crate) fn sum_as_string(a: u64, b: u64) -> String {
    (a + b).to_string()
}

/// All sums as one text, by way of a Vec of texts.
#[pyfunction]
pub(crate) fn join_sums(pairs: Vec<(u64, u64)>) -> String {
    pairs.into_iter().map(|(a, b)| (a + b).to_string()).collect::<Vec<_>>().join(", ")
}
