//! Money that adds up: whole cents inside, Decimal, int or float outside.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Why something is no amount of whole cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// It has a fraction of a cent.
    TooManyDecimals,
    /// It does not fit in 64 bits.
    TooLarge,
    /// It is infinite or NaN.
    NotFinite,
}

impl From<MoneyError> for PyErr {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::TooManyDecimals => PyValueError::new_err("money has no more than two decimals"),
            MoneyError::TooLarge => PyOverflowError::new_err("more money than fits in 64 bits of cents"),
            MoneyError::NotFinite => PyValueError::new_err("money is finite"),
        }
    }
}

/// An amount of money: a float for now. Make it whole cents in an `i64`, and every method with it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Money {
    amount: f64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { amount: 0.0 };

    /// So many cents.
    pub fn from_cents(cents: i64) -> Self {
        Self { amount: cents as f64 / 100.0 }
    }

    /// How many cents.
    pub fn cents(self) -> i64 {
        (self.amount * 100.0).round() as i64
    }

    /// The sum, or `TooLarge`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self { amount: self.amount + other.amount })
    }

    /// The nearest float, up to 2^53 cents; beyond, one next to it at worst.
    pub fn to_f64(self) -> f64 {
        self.amount
    }

    /// The money that a Python number stands for: a float, a Decimal, or anything that counts as an int.
    ///
    /// Raises `TypeError` for anything else, `ValueError` for fractions of a cent, `OverflowError` for too much.
    pub(crate) fn from_python(amount: &Bound<'_, PyAny>) -> PyResult<Self> {
        // A Decimal turns into a float here, and so does an int. Ask for each of the three, and take its cents.
        Ok(Self { amount: amount.extract()? })
    }

    /// A Decimal with two decimals.
    pub(crate) fn to_decimal(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        todo!("call decimal(py)? with a text")
    }
}

/// `decimal.Decimal`, imported once.
fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

/// The cents in a number with these decimal digits, times 10^exponent.
pub fn cents_of_digits(negative: bool, digits: &[u8], exponent: i64) -> Result<i64, MoneyError> {
    todo!("drop zeros at the end, look at the exponent, put the digits together with checked arithmetic")
}

/// The cents in a float, taken for the shortest number that reads back as this float: what Python prints.
pub fn cents_of_float(amount: f64) -> Result<i64, MoneyError> {
    todo!("to_string gives the shortest digits; cents_of_digits does the rest")
}
