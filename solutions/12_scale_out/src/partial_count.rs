//! A count of a part of the words: it can be merged with others, and it travels as bytes.

use std::collections::HashMap;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use crate::wire::{ByteReader, FormatError, MAGIC, VERSION, push_number};

/// The count of each word.
pub type Counts = HashMap<String, u64>;

/// The counts as bytes; see [`crate::wire`]. Equal counts give equal bytes.
pub fn encode(counts: &Counts) -> Vec<u8> {
    let mut words: Vec<(&String, &u64)> = counts.iter().collect();
    words.sort_unstable();
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    push_number(&mut bytes, words.len() as u64);
    for (word, count) in words {
        push_number(&mut bytes, word.len() as u64);
        bytes.extend_from_slice(word.as_bytes());
        push_number(&mut bytes, *count);
    }
    bytes
}

/// The counts that these bytes hold. They may come from anywhere, so nothing in them is believed.
///
/// # Errors
///
/// The fault in the bytes, and its place.
pub fn decode(bytes: &[u8]) -> Result<Counts, FormatError> {
    let mut reader = ByteReader::new(bytes);
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
        return Err(FormatError::NoCount);
    }
    reader.take(MAGIC.len() as u64)?;
    // The version comes before everything that another version may have changed.
    let version = reader.byte()?;
    if version != VERSION {
        return Err(FormatError::Version(version));
    }
    let words = reader.number()?;
    // Each word takes at least a byte for its length and one for its count.
    if words > reader.left() as u64 / 2 {
        return Err(FormatError::TooManyWords(words, reader.left()));
    }
    let mut counts = Counts::new();
    // Room for as many words as the bytes may well hold. A map that turns out too small grows by itself.
    let room = (words as usize).min(reader.left() / 8);
    counts.try_reserve(room).map_err(|_| FormatError::Memory)?;
    let mut last: Option<&[u8]> = None;
    for _ in 0..words {
        let at = reader.position();
        let length = reader.number()?;
        let word = reader.take(length)?;
        // In ascending order no word can come twice, and be counted twice or lost.
        if last.is_some_and(|last| last >= word) {
            return Err(FormatError::OutOfOrder(at));
        }
        last = Some(word);
        let text = str::from_utf8(word).map_err(|_| FormatError::NotUtf8(at))?;
        let count = reader.number()?;
        counts.insert(text.to_owned(), count);
    }
    match reader.left() {
        0 => Ok(counts),
        left => Err(FormatError::LeftOver(left)),
    }
}

/// Adds the counts of `from` to those of `into`. Gives the word whose sum is no `u64`, if there is one.
///
/// # Errors
///
/// That word.
pub fn add(into: &mut Counts, from: &Counts) -> Result<(), String> {
    for (word, count) in from {
        // Not `entry`: that would allocate for every word, not only for every new one.
        match into.get_mut(word) {
            Some(sum) => *sum = sum.checked_add(*count).ok_or_else(|| word.clone())?,
            None => {
                into.insert(word.clone(), *count);
            }
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
        PyBytes::new(py, &py.detach(|| encode(&self.counts)))
    }

    /// The count that `to_bytes` has written.
    ///
    /// Raises `ValueError` for bytes of another version, and for any that `to_bytes` cannot have written.
    #[classmethod]
    fn from_bytes(_class: &Bound<'_, PyType>, py: Python<'_>, data: PyBuffer<u8>) -> PyResult<Self> {
        // A copy: somebody else may write into a bytearray while this thread is detached.
        let bytes = data.to_vec(py)?;
        Ok(Self::of(py.detach(|| decode(&bytes))?))
    }

    /// The counts of both, added up, as a new `PartialCount`.
    ///
    /// Raises `OverflowError` if a sum is 2**64 or more.
    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        let merged = py.detach(|| {
            // The larger one is copied whole, the smaller one is looked up word by word.
            let (large, small) = if self.counts.len() >= other.counts.len() { (self, other) } else { (other, self) };
            let mut counts = large.counts.clone();
            add(&mut counts, &small.counts).map(|()| counts)
        });
        let counts =
            merged.map_err(|word| PyOverflowError::new_err(format!("the count of {word:?} passes 2**64 - 1")))?;
        Ok(Self::of(counts))
    }

    /// For `pickle` and `copy`: call `from_bytes` with these bytes.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((slf.get_type().getattr("from_bytes")?, (slf.get().to_bytes(slf.py()),)))
    }

    fn __repr__(&self) -> String {
        let total: u128 = self.counts.values().map(|count| u128::from(*count)).sum();
        format!("PartialCount(words={}, total={total})", self.counts.len())
    }
}
