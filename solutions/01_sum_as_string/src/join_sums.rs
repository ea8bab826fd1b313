//! Exercise 4: an argument that is any iterable, and a signature as Python would write it.

use pyo3::exceptions::{PyMemoryError, PyOverflowError};
use pyo3::prelude::*;

/// The sum of each pair, as text, with sep between them.
///
/// An error of a pair has that pair's index in its message, and the first error as its cause.
#[pyfunction]
#[pyo3(signature = (pairs, /, *, sep = ", "))]
pub fn join_sums(pairs: &Bound<'_, PyAny>, sep: &str) -> PyResult<String> {
    let mut joined = String::new();
    for (index, pair) in pairs.try_iter()?.enumerate() {
        // This `?` is for the iterable's own errors. They are not about a pair, so they go on as they are.
        let sum = sum_of_pair(&pair?).map_err(|error| name_pair(pairs.py(), index, error))?.to_string();
        // `push_str` ends the process if there is no memory for the text. This raises MemoryError before.
        joined.try_reserve(sep.len() + sum.len()).map_err(|error| PyMemoryError::new_err(error.to_string()))?;
        if index > 0 {
            joined.push_str(sep);
        }
        joined.push_str(&sum);
    }
    Ok(joined)
}

/// The sum of a Python tuple of two integers.
fn sum_of_pair(pair: &Bound<'_, PyAny>) -> PyResult<u64> {
    let (a, b) = pair.extract::<(u64, u64)>()?;
    a.checked_add(b).ok_or_else(|| PyOverflowError::new_err(format!("{a} + {b} does not fit into 64 bits")))
}

/// An error of the same type that names the pair, with the original as its `__cause__`.
fn name_pair(py: Python<'_>, index: usize, error: PyErr) -> PyErr {
    let message = format!("pairs[{index}]: {}", error.value(py));
    match error.get_type(py).call1((message,)) {
        Ok(exception) => {
            let named = PyErr::from_value(exception);
            named.set_cause(py, Some(error));
            named
        }
        // `extract` may run the caller's own `__index__`, which may raise an exception whose class takes other arguments
        // than one text. Then the error itself is worth more than the index.
        Err(_) => error,
    }
}
