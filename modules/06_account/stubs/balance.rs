//! The text of an account, and the equality of two.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::exact_money::Money;
use crate::transfer::Shared;

/// Cents as text with two decimals: 1205 is `12.05`. Exact, because it never is a float. `cents` is zero or more.
pub fn two_decimals(cents: i64) -> String {
    todo!("whole units, a point, two digits")
}

/// `Account(balance=12.05)`, with the name of the subclass where it is one.
pub(crate) fn repr(account: &Bound<'_, PyAny>, balance: Money) -> PyResult<String> {
    todo!("the name of the account's type, and the balance in two decimals")
}

/// Compares two balances, each read under its own lock, one after the other.
pub(crate) fn compare(left: &Shared<Money>, right: &Shared<Money>, op: CompareOp) -> bool {
    todo!("the two balances in cents, their Ordering, and whether `op` matches it")
}
