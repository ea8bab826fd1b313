//! wrong: takes a Vec, as tutorials do: everything is converted first, generators are refused, and no error has an index.
//! fails: test_generator
//! fails: test_bad_pair_is_named
//! says: pairs[0]

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// The sum of each pair, as text, with sep between them.
#[pyfunction]
#[pyo3(signature = (pairs, /, *, sep = ", "))]
pub fn join_sums(pairs: Vec<(u64, u64)>, sep: &str) -> PyResult<String> {
    let sums: Option<Vec<String>> =
        pairs.into_iter().map(|(a, b)| a.checked_add(b).map(|sum| sum.to_string())).collect();
    sums.map(|sums| sums.join(sep)).ok_or_else(|| PyOverflowError::new_err("a sum does not fit into 64 bits"))
}
