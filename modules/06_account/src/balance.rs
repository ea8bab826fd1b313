//! How an account shows itself, and what it means that two are equal.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::account::Account;

/// Cents as text with two decimals: 1205 is `12.05`. Exact, for it never is a float. `cents` is zero or more.
pub fn two_decimals(cents: i64) -> String {
    todo!("whole units, a point, two digits")
}

/// `Account(balance=12.05)`, with the name of the subclass where it is one.
pub(crate) fn repr(account: &Bound<'_, Account>) -> PyResult<String> {
    todo!("the name of the account's type, and its balance in two decimals")
}

/// Compares by the balances, each read under its own lock, one after the other.
pub(crate) fn compare(left: &Account, right: &Account, op: CompareOp) -> bool {
    todo!("the two balances in cents, their Ordering, and whether `op` matches it")
}
