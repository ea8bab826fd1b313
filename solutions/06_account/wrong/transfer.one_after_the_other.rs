//! wrong: takes from the one, then gives to the other: if the second step is refused, the money is gone.
//! fails: a_refused_pair_changes_nothing
//! says: one of the two changed before the other refused

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use crate::account::{Account, Amount};
use crate::exact_money::{Money, MoneyError};
use crate::insufficient_funds::{Shortfall, remaining};

/// A value that several threads may read and change.
///
/// The closures that change it run while the lock is held, so they must be quick and must not call Python. Python code
/// may need this very lock; and on its way to Python a thread may wait for another one that waits for the lock.
#[derive(Debug)]
pub struct Shared<T> {
    value: Mutex<T>,
}

impl<T: Copy> Shared<T> {
    /// Shares this value.
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(value) }
    }

    /// The value as it is now.
    pub fn get(&self) -> T {
        *self.lock()
    }

    /// Replaces the value by what `change` makes of it; after an error it is as before. No thread comes in between.
    pub fn update<E>(&self, change: impl FnOnce(T) -> Result<T, E>) -> Result<(), E> {
        let mut value = self.lock();
        *value = change(*value)?;
        Ok(())
    }

    /// Changes `source` by `take` and `target` by `give`: both, or after an error neither. No thread comes in between.
    pub fn update_pair<E>(
        source: &Self,
        target: &Self,
        take: impl FnOnce(T) -> Result<T, E>,
        give: impl FnOnce(T) -> Result<T, E>,
    ) -> Result<(), E> {
        source.update(take)?;
        target.update(give)
    }

    /// A thread that panicked has not touched the value: it is only written once everything has gone well.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
