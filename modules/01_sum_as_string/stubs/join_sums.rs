//! Exercise 4: an argument that is any iterable, and a signature as Python would write it.

use pyo3::prelude::*;

/// The sum of each pair, as text, with sep between them.
///
/// An error of a pair has that pair's index in its message, and the first error as its cause.
// TODO: the signature. From Python it is `join_sums(pairs, /, *, sep=", ")`.
#[pyfunction]
pub fn join_sums(pairs: &Bound<'_, PyAny>, sep: &str) -> PyResult<String> {
    todo!("iterate over pairs, extract each as (u64, u64), add with a check, append to a String")
}
