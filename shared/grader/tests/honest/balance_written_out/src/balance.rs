use pyo3::basic::CompareOp;
use pyo3::prelude::*;

use crate::exact_money::Money;
use crate::transfer::Shared;

pub fn two_decimals(cents: i64) -> String {
    let digits = format!("{cents:03}");
    let (units, rest) = digits.split_at(digits.len() - 2);
    [units, rest].join(".")
}

pub(crate) fn repr(account: &Bound<'_, PyAny>, balance: Money) -> PyResult<String> {
    let mut text = account.get_type().qualname()?.to_string();
    text += "(balance=";
    text += &two_decimals(balance.cents());
    text.push(')');
    Ok(text)
}

pub(crate) fn compare(left: &Shared<Money>, right: &Shared<Money>, op: CompareOp) -> bool {
    let left = left.get().cents();
    let right = right.get().cents();
    match op {
        CompareOp::Lt => left < right,
        CompareOp::Le => left <= right,
        CompareOp::Eq => left == right,
        CompareOp::Ne => left != right,
        CompareOp::Gt => left > right,
        CompareOp::Ge => left >= right,
    }
}
