//! wrong: leaves the signature to PyO3's default, where both arguments are required and either has a name.
//! fails: test_pairs_have_no_name
//! fails: test_separator_needs_its_name
//! says: pairs without a name, sep only by name

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// The sum of each pair, as text, with sep between them.
#[pyfunction]
pub fn join_sums(pairs: &Bound<'_, PyAny>, sep: &str) -> PyResult<String> {
    let mut sums = Vec::new();
    for (index, pair) in pairs.try_iter()?.enumerate() {
        let pair = pair?;
        let sum = pair
            .extract::<(u64, u64)>()
            .and_then(|(a, b)| a.checked_add(b).ok_or_else(|| PyOverflowError::new_err("the sum is too large")))
            .map_err(|error| {
                let py = pair.py();
                let named = PyErr::from_type(error.get_type(py), format!("pairs[{index}]: {error}"));
                named.set_cause(py, Some(error));
                named
            })?;
        sums.push(sum.to_string());
    }
    Ok(sums.join(sep))
}
