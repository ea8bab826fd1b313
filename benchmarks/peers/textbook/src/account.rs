//! Module 06: money as a float.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A bank account.
#[pyclass]
pub(crate) struct Account {
    balance: f64,
}

#[pymethods]
impl Account {
    #[new]
    fn new(balance: f64) -> Self {
        Self { balance }
    }

    /// Pays in.
    fn deposit(&mut self, amount: f64) -> PyResult<()> {
        if amount <= 0.0 {
            return Err(PyValueError::new_err("Deposit amount must be positive"));
        }
        self.balance += amount;
        Ok(())
    }

    /// The amount in the account.
    #[getter]
    fn balance(&self) -> f64 {
        self.balance
    }
}
