//! wrong: a name that is no text raises in `in`, where every Python container says False.
//! fails: test_contains
//! says: is not in the bank

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use pyo3::exceptions::PyKeyError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList};

use crate::account::Account;

type Accounts = BTreeMap<String, Py<Account>>;

/// Accounts by name, sorted.
///
/// Letting go of an account may run Python code: a subclass's `__del__`. So accounts are taken out under the lock, and
/// let go after it.
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
        self.accounts().len()
    }

    fn __contains__(&self, name: String) -> bool {
        self.accounts().contains_key(&name)
    }

    fn __getitem__(&self, py: Python<'_>, name: String) -> PyResult<Py<Account>> {
        let account = self.accounts().get(&name).map(|account| account.clone_ref(py));
        account.ok_or_else(|| PyKeyError::new_err(name))
    }

    fn __setitem__(&self, name: String, account: Py<Account>) {
        let replaced = self.accounts().insert(name, account);
        drop(replaced); // Here, not under the lock.
    }

    fn __delitem__(&self, name: String) -> PyResult<()> {
        let removed = self.accounts().remove(&name);
        removed.map(drop).ok_or_else(|| PyKeyError::new_err(name))
    }

    /// Iterates over the names as they are now: the bank may change meanwhile.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let names: Vec<String> = self.accounts().keys().cloned().collect();
        PyList::new(py, names)?.try_iter()
    }

    /// Shows the collector each object that the bank keeps alive.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let accounts = match self.accounts.try_lock() {
            Ok(accounts) => accounts,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // The collector must never wait. What it is not shown it takes to be in use; there is a next time.
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        accounts.values().try_for_each(|account| visit.call(account))
    }

    /// Lets go of them all, which breaks a cycle that goes through the bank.
    fn __clear__(&self) {
        let accounts = std::mem::take(&mut *self.accounts());
        drop(accounts); // Here, not under the lock.
    }
}
