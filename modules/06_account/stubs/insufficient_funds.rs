//! What happens when an account holds too little.

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

// An exception with a message and no more. Put a class in its place that has `balance` and `requested`.
pyo3::create_exception!(account, InsufficientFunds, PyException, "The account holds less than was requested.");

impl From<Shortfall> for PyErr {
    fn from(shortfall: Shortfall) -> Self {
        InsufficientFunds::new_err("insufficient funds")
    }
}
