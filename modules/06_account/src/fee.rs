//! A method that Python may override, called as Python calls it.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

/// What the account charges for a withdrawal, asked as Python asks: a subclass may have overridden `fee`.
pub(crate) fn fee<'py>(account: &Bound<'py, PyAny>, amount: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    Ok(PyFloat::new(account.py(), 0.0).into_any()) // Nobody is asked yet.
}
