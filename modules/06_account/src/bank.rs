//! A container of Python objects: a mutable mapping that the garbage collector can look into.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::account::Account;

type Accounts = BTreeMap<String, Py<Account>>;

/// Accounts by name, sorted.
#[pyclass(frozen, mapping, module = "account")]
#[derive(Debug, Default)]
pub struct Bank {
    accounts: Mutex<Accounts>,
}

impl Bank {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Bank {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn __len__(&self) -> usize {
        todo!("how many accounts")
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        todo!("whether it is a text, and the name of an account")
    }

    fn __getitem__(&self, py: Python<'_>, name: String) -> PyResult<Py<Account>> {
        todo!("a new reference to the account, or KeyError")
    }

    fn __setitem__(&self, name: String, account: Py<Account>) {
        todo!("insert; what it replaces is let go after the lock")
    }

    fn __delitem__(&self, name: String) -> PyResult<()> {
        todo!("remove, or KeyError; what is removed is let go after the lock")
    }

    /// Iterates over the names as they are now: the bank may change meanwhile.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        todo!("a list of the names, and its iterator")
    }

    /// Shows the collector each object that the bank keeps alive.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(()) // Nothing is shown yet. A `todo!()` here would end the interpreter.
    }

    /// Lets go of them all, which breaks a cycle that goes through the bank.
    fn __clear__(&self) {
        // Nothing is let go of yet.
    }
}
