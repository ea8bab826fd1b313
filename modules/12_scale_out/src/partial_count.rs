//! A count of a part of the words: it can be merged with others, and it travels as bytes.

use std::collections::HashMap;

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use crate::wire::FormatError;

/// The count of each word.
pub type Counts = HashMap<String, u64>;

/// The counts as bytes; see [`crate::wire`]. Equal counts give equal bytes.
pub fn encode(counts: &Counts) -> Vec<u8> {
    todo!("MAGIC, VERSION, the number of words; for each word, sorted: its length, its bytes, its count")
}

/// The counts that these bytes hold. They may come from anywhere, so nothing in them is believed.
///
/// # Errors
///
/// The fault in the bytes, and its place.
pub fn decode(bytes: &[u8]) -> Result<Counts, FormatError> {
    todo!("what `encode` writes, in the same order; each step may find that the bytes lie")
}

/// Adds the counts of `from` to those of `into`. Gives the word whose sum is no `u64`, if there is one.
///
/// # Errors
///
/// That word.
pub fn add(into: &mut Counts, from: &Counts) -> Result<(), String> {
    for (word, count) in from {
        let sum = into.entry(word.clone()).or_insert(0);
        match sum.checked_add(*count) {
            Some(fits) => *sum = fits,
            None => todo!("the word"),
        }
    }
    Ok(())
}

/// A count of a part of the words. It never changes: `merge` gives a new one.
#[pyclass(frozen, eq, module = "scale_out")]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PartialCount {
    counts: Counts,
}

impl PartialCount {
    /// For those who have counted.
    pub fn of(counts: Counts) -> Self {
        Self { counts }
    }
}

#[pymethods]
impl PartialCount {
    #[new]
    #[pyo3(signature = (counts=None), text_signature = "(counts=None)")]
    fn new(counts: Option<Counts>) -> Self {
        Self::of(counts.unwrap_or_default())
    }

    /// The count of each word: a new dict at each access.
    #[getter]
    fn counts(&self) -> &Counts {
        &self.counts
    }

    /// This count as bytes. Equal counts give equal bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        todo!("encode, detached")
    }

    /// The count that `to_bytes` has written.
    ///
    /// Raises `ValueError` for bytes of another version, and for any that `to_bytes` cannot have written.
    #[classmethod]
    fn from_bytes(_class: &Bound<'_, PyType>, py: Python<'_>, data: PyBuffer<u8>) -> PyResult<Self> {
        todo!("copy the bytes, decode them detached; `?` makes a ValueError of a FormatError")
    }

    /// The counts of both, added up, as a new `PartialCount`.
    ///
    /// Raises `OverflowError` if a sum is 2**64 or more.
    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        let mut counts = self.counts.clone();
        match add(&mut counts, &other.counts) {
            Ok(()) => Ok(Self::of(counts)),
            Err(word) => todo!("an OverflowError that names {word:?}"),
        }
    }

    /// For `pickle` and `copy`: call the class with these counts. No version is in them.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Counts,))> {
        Ok((slf.get_type().into_any(), (slf.get().counts.clone(),)))
    }

    fn __repr__(&self) -> String {
        let total: u128 = self.counts.values().map(|count| u128::from(*count)).sum();
        format!("PartialCount(words={}, total={total})", self.counts.len())
    }
}
