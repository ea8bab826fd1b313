//! Inheritance: a Rust class that extends another.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::account::{Account, Amount};
use crate::exact_money::{Money, MoneyError};

/// The interest on a balance, rounded to the nearest cent, half a cent to the even one.
pub fn interest(cents: i64, rate: f64) -> Option<i64> {
    let interest = (cents as f64 * rate).round_ties_even();
    // `as` would make the largest i64 of what is too large. 2^63 is a float, the largest i64 is not.
    (interest < (1_u64 << 63) as f64).then_some(interest as i64)
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
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(PyValueError::new_err(format!("a rate must be finite, and zero or more: got {rate}")));
        }
        Ok(PyClassInitializer::from(Account::holding(balance)).add_subclass(Self { rate }))
    }

    /// Pays the interest in.
    fn add_interest(slf: &Bound<'_, Self>) -> PyResult<()> {
        let rate = slf.get().rate;
        slf.as_super().get().balance.update(|balance| {
            let interest = interest(balance.cents(), rate).ok_or(MoneyError::TooLarge)?;
            balance.plus(Money::from_cents(interest))
        })?;
        Ok(())
    }
}
