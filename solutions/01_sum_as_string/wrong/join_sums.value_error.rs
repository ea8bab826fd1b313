//! wrong: every error becomes a ValueError made from text, the iterable's own as well: type and cause are lost.
//! fails: test_bad_pair_is_named
//! fails: test_error_of_the_iterable_passes
//! says: TypeError, saying 'pairs[0]'

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The sum of each pair, as text, with sep between them.
#[pyfunction]
#[pyo3(signature = (pairs, /, *, sep = ", "))]
pub fn join_sums(pairs: &Bound<'_, PyAny>, sep: &str) -> PyResult<String> {
    let mut sums = Vec::new();
    for (index, pair) in pairs.try_iter()?.enumerate() {
        let (a, b) = pair
            .and_then(|pair| pair.extract::<(u64, u64)>())
            .map_err(|error| PyValueError::new_err(format!("pairs[{index}]: {error}")))?;
        let sum =
            a.checked_add(b).ok_or_else(|| PyValueError::new_err(format!("pairs[{index}]: the sum is too large")))?;
        sums.push(sum.to_string());
    }
    Ok(sums.join(sep))
}
