//! A parser whose errors are a Rust enum inside and an exception with attributes outside.

use std::collections::HashMap;
use std::fmt;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A line that cannot be read, as Python sees it: a `ValueError` that knows the place.
#[pyclass(extends = PyValueError, module = "word_count", frozen, get_all)]
#[derive(Debug)]
pub struct ParseError {
    /// The fault, in words.
    message: String,
    /// The line's number, from 1; blank lines count.
    line: usize,
    /// The number of the character where it goes wrong, from 1.
    column: usize,
    /// The line, without its end.
    text: String,
}

#[pymethods]
impl ParseError {
    #[new]
    fn new(message: String, line: usize, column: usize, text: String) -> Self {
        Self { message, line, column, text }
    }

    fn __str__(&self) -> String {
        format!("line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// The faults that a line can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing before the tab.
    NoWord,
    /// No tab in the line.
    NoTab,
    /// Nothing after the tab.
    NoCount,
    /// The text after the tab is not a number, or the number is negative.
    NotACount(String),
    /// The count, or the sum of this word's counts, does not fit in 64 bits.
    TooLarge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWord => write!(f, "there is no word before the tab"),
            Self::NoTab => write!(f, "there is no tab after the word"),
            Self::NoCount => write!(f, "there is no count after the tab"),
            Self::NotACount(given) => write!(f, "{given:?} is no count"),
            Self::TooLarge => write!(f, "the count does not fit in 64 bits"),
        }
    }
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsError {
    /// The fault.
    pub fault: Fault,
    /// The line's number, from 1; blank lines count.
    pub line: usize,
    /// The number of the character where it goes wrong, from 1.
    pub column: usize,
    /// The line, without its end.
    pub text: String,
}

impl From<CountsError> for PyErr {
    fn from(error: CountsError) -> Self {
        todo!("PyErr::new::<ParseError, _> with a tuple of what ParseError's #[new] takes")
    }
}

/// The count of each word in `source`, which has lines of `word<TAB>count`.
///
/// A line ends with `\n` or `\r\n`. One with nothing but white space is skipped. The counts of a repeated word add up.
pub fn parse(source: &str) -> Result<HashMap<String, u64>, CountsError> {
    todo!("for each numbered line: split at the first tab, parse the count, add it with checked_add")
}

/// The counts in a text of lines `word<TAB>count`. Those of a repeated word add up; blank lines are skipped.
///
/// Raises `ParseError`, with the place in `line`, `column` and `text`, for a line without a word, a tab or a count, and
/// for a count that is no number, negative, or (it or the sum) beyond 64 bits.
#[pyfunction]
pub fn parse_counts(py: Python<'_>, source: &str) -> PyResult<HashMap<String, u64>> {
    todo!("detach, parse; `?` makes a CountsError a PyErr through your From")
}
