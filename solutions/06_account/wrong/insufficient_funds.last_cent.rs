//! wrong: `>=` for `>`: the last cent cannot be had.
//! fails: test_a_failed_withdrawal_changes_nothing
//! fails: down_to_the_last_cent_and_no_further
//! says: All that is there may be taken out

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
    if requested >= balance { Err(Shortfall { balance, requested }) } else { Ok(balance - requested) }
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
    /// Nothing is called yet: `PyErr::new` keeps the class and its arguments until somebody looks at the exception.
    fn from(shortfall: Shortfall) -> Self {
        let in_units = |cents: i64| cents as f64 / 100.0;
        PyErr::new::<InsufficientFunds, _>((in_units(shortfall.balance), in_units(shortfall.requested)))
    }
}
