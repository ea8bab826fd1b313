//! wrong: made with `Py::new`, which runs no `BaseException.__init__`: the arguments are lost, and with them pickle.
//! fails: test_survives_pickle_and_copy
//! says: keeps the arguments

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

/// Why a withdrawal is refused, in cents. Plain Rust: it can be made while a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// What the account holds.
    pub balance: i64,
    /// What was to be taken out, fees included.
    pub requested: i64,
}

/// What is left of `balance` after `requested` is taken out, all in cents.
pub fn remaining(balance: i64, requested: i64) -> Result<i64, Shortfall> {
    if requested > balance { Err(Shortfall { balance, requested }) } else { Ok(balance - requested) }
}

/// The account holds less than was requested. Not a ValueError: the amount is fine, the account is short.
#[pyclass(extends = PyException, frozen, subclass, module = "account")]
#[derive(Debug)]
pub struct InsufficientFunds {
    /// What the account held.
    #[pyo3(get)]
    balance: f64,
    /// What was to be taken out, fees included.
    #[pyo3(get)]
    requested: f64,
}

#[pymethods]
impl InsufficientFunds {
    #[new]
    fn new(balance: f64, requested: f64) -> Self {
        Self { balance, requested }
    }

    fn __str__(&self) -> String {
        format!("the balance is {:.2}, and {:.2} were requested", self.balance, self.requested)
    }
}

impl From<Shortfall> for PyErr {
    /// Made at once.
    fn from(shortfall: Shortfall) -> Self {
        let in_units = |cents: i64| cents as f64 / 100.0;
        let error = InsufficientFunds::new(in_units(shortfall.balance), in_units(shortfall.requested));
        Python::attach(|py| match Bound::new(py, error) {
            Ok(error) => PyErr::from_value(error.into_any()),
            Err(error) => error,
        })
    }
}
