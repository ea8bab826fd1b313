//! wrong: the tutorials' account: a float behind `+=` and `-=`, and any amount will do, NaN too.
//! fails: test_bad_deposit
//! fails: test_bad_withdrawal
//! fails: test_bad_first_balance
//! says: A negative amount turns a deposit into a withdrawal
//! fails: nan_is_refused
//! says: NaN is no amount

use pyo3::basic::CompareOp;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;

use crate::balance;
use crate::exact_money::Money;
use crate::transfer::Shared;

/// Whether an account may hold, receive or pay this: finite, and zero or more.
///
/// NaN fails every comparison. So ask whether the amount is good, never whether it is bad.
pub fn is_valid(amount: f64) -> bool {
    true
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
        Ok(Self(Money::from_python(&object)?))
    }
}

/// A bank account.
#[pyclass(frozen, subclass, module = "account")]
#[derive(Debug)]
pub struct Account {
    /// Never negative.
    pub(crate) balance: Shared<Money>,
    float: Mutex<f64>,
}

impl Account {
    /// An account that holds this amount.
    pub(crate) fn holding(amount: Amount) -> Self {
        Self { balance: Shared::new(amount.money()), float: Mutex::new(amount.money().to_f64()) }
    }

    fn add(&self, amount: f64) {
        *self.float.lock().unwrap_or_else(PoisonError::into_inner) += amount;
    }
}

#[pymethods]
impl Account {
    #[new]
    #[pyo3(signature = (balance=0.0), text_signature = "(balance=0.0)")]
    fn new(balance: f64) -> Self {
        Self { balance: Shared::new(Money::ZERO), float: Mutex::new(balance) }
    }

    /// Pays in.
    fn deposit(&self, amount: f64) {
        self.add(amount);
    }

    /// Takes out.
    fn withdraw(&self, amount: f64) {
        self.add(-amount);
    }

    /// What the account holds, as a float.
    fn get_balance(&self) -> f64 {
        *self.float.lock().unwrap_or_else(PoisonError::into_inner)
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
        balance::repr(slf)
    }

    // No `__hash__`: a class that defines comparison and no hash is unhashable in Python.
    fn __richcmp__(&self, other: &Bound<'_, Self>, op: CompareOp) -> bool {
        balance::compare(self, other.get(), op)
    }
}
