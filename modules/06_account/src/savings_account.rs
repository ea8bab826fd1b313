//! Inheritance: a Rust class that extends another.

use pyo3::prelude::*;

use crate::account::{Account, Amount};

/// The interest on a balance, rounded to the nearest cent, half a cent to the even one.
pub fn interest(cents: i64, rate: f64) -> Option<i64> {
    todo!("a product of floats, rounded; None if it is too large for an i64")
}

/// An account that earns interest.
#[pyclass(extends = Account, frozen, subclass, module = "account")]
#[derive(Debug)]
pub struct SavingsAccount {
    /// The share of the balance that `add_interest` adds.
    #[pyo3(get)]
    rate: f64,
}

#[pymethods]
impl SavingsAccount {
    #[new]
    #[pyo3(signature = (balance=Amount::ZERO, rate=0.0), text_signature = "(balance=0.0, rate=0.0)")]
    fn new(balance: Amount, rate: f64) -> PyResult<PyClassInitializer<Self>> {
        todo!("check the rate, then the base class's value and this one's")
    }

    /// Pays the interest in.
    fn add_interest(slf: &Bound<'_, Self>) -> PyResult<()> {
        todo!("update the balance of the account that this is as well: slf.as_super()")
    }
}
