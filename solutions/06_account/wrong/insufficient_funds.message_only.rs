//! wrong: `create_exception!` gives a class with a message and no fields: the caller has to parse a text.
//! fails: test_says_what_there_is_and_what_was_requested
//! says: Make it a class

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

pyo3::create_exception!(account, InsufficientFunds, PyException, "The account holds less than was requested.");

impl From<Shortfall> for PyErr {
    fn from(shortfall: Shortfall) -> Self {
        let Shortfall { balance, requested } = shortfall;
        InsufficientFunds::new_err(format!("{requested} cents requested, {balance} there"))
    }
}
