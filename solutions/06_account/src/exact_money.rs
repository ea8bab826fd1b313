//! Money that adds up: whole cents inside, Decimal, int or float outside.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyFloat, PyInt, PyType};

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

/// An amount of money, in whole cents.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Money {
    cents: i64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { cents: 0 };

    /// So many cents.
    pub fn from_cents(cents: i64) -> Self {
        Self { cents }
    }

    /// How many cents.
    pub fn cents(self) -> i64 {
        self.cents
    }

    /// The sum, or `TooLarge`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.cents.checked_add(other.cents).map(Self::from_cents).ok_or(MoneyError::TooLarge)
    }

    /// The nearest float, up to 2^53 cents; beyond, one next to it at worst.
    pub fn to_f64(self) -> f64 {
        self.cents as f64 / 100.0
    }

    /// The money that a Python number stands for: a float, a Decimal, or anything that counts as an int.
    ///
    /// Raises `TypeError` for anything else, `ValueError` for fractions of a cent, `OverflowError` for too much.
    pub(crate) fn from_python(amount: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = amount.py();
        let cents = if let Ok(float) = amount.cast::<PyFloat>() {
            cents_of_float(float.value())?
        } else if !amount.is_instance_of::<PyInt>() && amount.is_instance(decimal(py)?)? {
            // Ints are asked for first, as a bit of their type tells them; a Decimal takes a call into Python to tell.
            // No arithmetic on the Decimal itself: that would round to the precision of the caller's context.
            let (sign, digits, exponent): (u8, Vec<u8>, i64) = amount.call_method0("as_tuple")?.extract()?;
            cents_of_digits(sign == 1, &digits, exponent)?
        } else {
            amount.extract::<i64>()?.checked_mul(100).ok_or(MoneyError::TooLarge)?
        };
        Ok(Self { cents })
    }

    /// A Decimal with two decimals.
    pub(crate) fn to_decimal(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        decimal(py)?.call1((format!("{}E-2", self.cents),))
    }
}

/// `decimal.Decimal`, imported once.
fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

/// The cents in a number with these decimal digits, times 10^exponent.
pub fn cents_of_digits(negative: bool, digits: &[u8], exponent: i64) -> Result<i64, MoneyError> {
    let zeros = digits.iter().rev().take_while(|&&digit| digit == 0).count();
    let digits = &digits[..digits.len() - zeros];
    if digits.is_empty() {
        return Ok(0);
    }
    // Of the last digit that is not zero, counted in cents. The digits of a Decimal fit in memory, so `zeros` fits.
    let exponent = exponent.saturating_add(zeros as i64 + 2);
    if exponent < 0 {
        return Err(MoneyError::TooManyDecimals);
    }
    let append = |cents: i64, digit: u8| cents.checked_mul(10)?.checked_add(i64::from(digit));
    let mut cents = digits.iter().try_fold(0, |cents, &digit| append(cents, digit)).ok_or(MoneyError::TooLarge)?;
    // However large the exponent, the product is too large after nineteen steps.
    for _ in 0..exponent {
        cents = append(cents, 0).ok_or(MoneyError::TooLarge)?;
    }
    Ok(if negative { -cents } else { cents })
}

/// The cents in a float, taken for the shortest number that reads back as this float: what Python prints.
#[inline]
pub fn cents_of_float(amount: f64) -> Result<i64, MoneyError> {
    // The quick way. Below 2^50 cents, floats lie closer together than cents. So at most one number of cents has this
    // float as its nearest, the product is off by less than half a cent, and the quotient is rounded correctly.
    let cents = (amount.abs() * 100.0 + 0.5) as i64;
    if cents < 1 << 50 && cents as f64 / 100.0 == amount.abs() {
        return Ok(if amount < 0.0 { -cents } else { cents });
    }
    cents_of_digits_of(amount)
}

/// The thorough way to the cents in a float.
#[cold]
fn cents_of_digits_of(amount: f64) -> Result<i64, MoneyError> {
    if !amount.is_finite() {
        return Err(MoneyError::NotFinite);
    }
    // Rust, too, prints the shortest digits that read back, and never an exponent.
    let text = amount.abs().to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    cents_of_digits(amount < 0.0, &digits, -(decimals as i64))
}
