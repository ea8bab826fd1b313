//! The account, and the one gate that every amount of money comes through.

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::exact_money::Money;
use crate::transfer::Shared;
use crate::{balance, fee, insufficient_funds};

/// Whether an account may hold, receive or pay this: finite, and zero or more.
///
/// NaN fails every comparison. So ask whether the amount is good, never whether it is bad.
pub fn is_valid(amount: f64) -> bool {
    amount >= 0.0 && amount.is_finite()
}

/// An amount of money from Python that has passed the check. There is no other way to make one.
#[derive(Debug, Clone, Copy)]
pub struct Amount(Money);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Money::ZERO);

    /// The money.
    pub fn money(self) -> Money {
        self.0
    }
}

impl<'py> FromPyObject<'_, 'py> for Amount {
    type Error = PyErr;

    /// Raises `TypeError` for what is no number, `ValueError` for a negative, infinite or undefined one.
    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !is_valid(object.extract()?) {
            return Err(PyValueError::new_err(format!("an amount must be finite, and zero or more: got {}", *object)));
        }
        Ok(Self(Money::from_python(&object)?))
    }
}

/// A bank account.
#[pyclass(frozen, subclass, module = "account")]
#[derive(Debug)]
pub struct Account {
    /// Never negative.
    pub(crate) balance: Shared<Money>,
}

impl Account {
    /// An account that holds this amount.
    pub(crate) fn holding(amount: Amount) -> Self {
        Self { balance: Shared::new(amount.money()) }
    }
}

#[pymethods]
impl Account {
    #[new]
    #[pyo3(signature = (balance=Amount::ZERO), text_signature = "(balance=0.0)")]
    fn new(balance: Amount) -> Self {
        Self::holding(balance)
    }

    /// Pays in.
    fn deposit(&self, amount: Amount) -> PyResult<()> {
        self.balance.update(|balance| balance.plus(amount.money()))?;
        Ok(())
    }

    /// Takes out the amount and the fee for it.
    fn withdraw(slf: &Bound<'_, Self>, amount: &Bound<'_, PyAny>) -> PyResult<()> {
        // Both calls may run Python code. They come before the lock is taken.
        let wanted: Amount = amount.extract()?;
        let fee: Amount = fee::fee(slf, amount)?.extract()?;
        let total = wanted.money().plus(fee.money())?.cents();
        // What happens under the lock is plain Rust. `?` makes the exception, after the lock is let go.
        slf.get()
            .balance
            .update(|balance| insufficient_funds::remaining(balance.cents(), total).map(Money::from_cents))?;
        Ok(())
    }

    /// What the account holds, as a float.
    fn get_balance(&self) -> f64 {
        self.balance.get().to_f64()
    }

    /// What a withdrawal of this amount costs. A subclass may say something else.
    #[expect(unused_variables, reason = "for those who override it")]
    fn fee(&self, amount: &Bound<'_, PyAny>) -> f64 {
        0.0
    }

    /// What the account holds, as a float.
    #[getter(balance)] // Called `balance`, it would collide with `get_balance`: exercise 3.
    fn balance_as_float(&self) -> f64 {
        self.get_balance()
    }

    /// What the account holds, as a Decimal.
    #[getter]
    fn balance_exact<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.balance.get().to_decimal(py)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        balance::repr(slf, slf.get().balance.get())
    }

    // No `__hash__`: a class that defines comparison and no hash is unhashable in Python.
    fn __richcmp__(&self, other: &Bound<'_, Self>, op: CompareOp) -> bool {
        balance::compare(&self.balance, &other.get().balance, op)
    }
}
