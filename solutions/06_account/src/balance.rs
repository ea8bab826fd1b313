//! How an account shows itself, and what it means that two are equal.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::account::Account;

/// Cents as text with two decimals: 1205 is `12.05`. Exact, for it never is a float. `cents` is zero or more.
pub fn two_decimals(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `Account(balance=12.05)`, with the name of the subclass where it is one.
pub(crate) fn repr(account: &Bound<'_, Account>) -> PyResult<String> {
    let class = account.get_type().qualname()?;
    let balance = two_decimals(account.get().balance.get().cents());
    Ok(format!("{class}(balance={balance})"))
}

/// Compares by the balances, each read under its own lock, one after the other.
///
/// Holding both locks would gain nothing, as the balances may change before the caller sees the answer; and
/// `account == account` would wait for itself.
pub(crate) fn compare(left: &Account, right: &Account, op: CompareOp) -> bool {
    let (left, right) = (left.balance.get().cents(), right.balance.get().cents());
    op.matches(left.cmp(&right))
}
