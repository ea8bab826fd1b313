//! wrong: without `__traverse__` the collector does not see the accounts, and a cycle through the bank stays for ever.
//! fails: test_a_cycle_is_collected
//! says: The collector cannot see what the bank holds

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyKeyError;
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

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        // What is no text is no name, and so not in the bank.
        name.extract::<String>().is_ok_and(|name| self.accounts().contains_key(&name))
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
}
