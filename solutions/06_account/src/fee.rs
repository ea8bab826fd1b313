//! A method that Python may override, called as Python calls it.

use pyo3::intern;
use pyo3::prelude::*;

/// What the account charges for a withdrawal, asked as Python asks: a subclass may have overridden `fee`.
///
/// Runs Python code, which may do anything, for example read the balance. So no lock may be held.
pub(crate) fn fee<'py>(account: &Bound<'py, PyAny>, amount: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    account.call_method1(intern!(account.py(), "fee"), (amount,))
}
