use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::account::Account;

pub fn two_decimals(cents: i64) -> String {
    let digits = format!("{cents:03}");
    let (units, rest) = digits.split_at(digits.len() - 2);
    [units, rest].join(".")
}

pub(crate) fn repr(account: &Bound<'_, Account>) -> PyResult<String> {
    let mut text = account.get_type().qualname()?.to_string();
    text += "(balance=";
    text += &two_decimals(account.get().balance.get().cents());
    text.push(')');
    Ok(text)
}

pub(crate) fn compare(left: &Account, right: &Account, op: CompareOp) -> bool {
    let left = left.balance.get().cents();
    let right = right.balance.get().cents();
    match op {
        CompareOp::Lt => left < right,
        CompareOp::Le => left <= right,
        CompareOp::Eq => left == right,
        CompareOp::Ne => left != right,
        CompareOp::Gt => left > right,
        CompareOp::Ge => left >= right,
    }
}
