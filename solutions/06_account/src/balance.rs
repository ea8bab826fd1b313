//! The text of an account, and the equality of two.

use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::exact_money::Money;
use crate::transfer::Shared;

/// Cents as text with two decimals: 1205 is `12.05`. Exact, because it never is a float. `cents` is zero or more.
pub fn two_decimals(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `Account(balance=12.05)`, with the name of the subclass where it is one.
pub(crate) fn repr(account: &Bound<'_, PyAny>, balance: Money) -> PyResult<String> {
    let class = account.get_type().qualname()?;
    let balance = two_decimals(balance.cents());
    Ok(format!("{class}(balance={balance})"))
}

/// Compares two balances, each read under its own lock, one after the other.
///
/// To hold both locks would gain nothing, because the balances may change before the caller sees the answer; and
/// `account == account` would wait for itself.
pub(crate) fn compare(left: &Shared<Money>, right: &Shared<Money>, op: CompareOp) -> bool {
    let (left, right) = (left.get().cents(), right.get().cents());
    op.matches(left.cmp(&right))
}
