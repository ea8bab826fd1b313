//! Money that moves between two accounts. Given; the exercise is what it calls, `Shared::update_pair`.

use pyo3::prelude::*;

use crate::account::{Account, Amount};
use crate::exact_money::{Money, MoneyError};
use crate::insufficient_funds::{Shortfall, remaining};
use crate::transfer::Shared;

/// Why a transfer is refused.
enum Refusal {
    /// By the source.
    Shortfall(Shortfall),
    /// By the target.
    Money(MoneyError),
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Shortfall(shortfall) => shortfall.into(),
            Refusal::Money(error) => error.into(),
        }
    }
}

/// Moves an amount from one account to another, free of charge. If it fails, neither has changed.
#[pyfunction]
pub fn transfer(source: &Bound<'_, Account>, target: &Bound<'_, Account>, amount: Amount) -> PyResult<()> {
    let amount = amount.money();
    Shared::update_pair(
        &source.get().balance,
        &target.get().balance,
        |balance| remaining(balance.cents(), amount.cents()).map(Money::from_cents).map_err(Refusal::Shortfall),
        |balance| balance.plus(amount).map_err(Refusal::Money),
    )?;
    Ok(())
}
