//! The parts of the byte format: numbers, and a reader that never reads past the end. Given.
//!
//! ```text
//! "PCNT"   4 bytes   what these bytes are
//! version  1 byte    of the format
//! words    number    how many words follow
//! then for each word, in ascending order of its bytes:
//!   length number    of the word, in bytes
//!   word   UTF-8
//!   count  number
//! ```
//!
//! A number takes seven bits from each byte, the lowest first; the eighth bit says that another byte follows. So 5 is one
//! byte and 300 two, where a `u64` would take eight.

use std::fmt;

use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

/// The bytes begin with this.
pub const MAGIC: [u8; 4] = *b"PCNT";

/// The version of the format that this extension writes, and the only one that it reads.
pub const VERSION: u8 = 1;

/// Why bytes are no count. Positions are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatError {
    /// They do not begin with [`MAGIC`].
    NoCount,
    /// They were written by another version.
    Version(u8),
    /// They end in the middle of something that begins at this position.
    Truncated(usize),
    /// The number at this position is larger than a `u64`, or written with more bytes than it needs.
    BadNumber(usize),
    /// So many words are announced, and so few bytes are left.
    TooManyWords(u64, usize),
    /// The word at this position is not UTF-8.
    NotUtf8(usize),
    /// The word at this position is not greater than the word before it.
    OutOfOrder(usize),
    /// So many bytes are left behind the last word.
    LeftOver(usize),
    /// There is no memory for so many words.
    Memory,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCount => {
                write!(f, "no bytes of a PartialCount: they do not begin with {:?}", MAGIC.escape_ascii().to_string())
            }
            Self::Version(version) => write!(
                f,
                "bytes of version {version}; this scale_out reads version {VERSION}: install the same version everywhere"
            ),
            Self::Truncated(at) => write!(f, "truncated: the bytes end inside what begins at byte {at}"),
            Self::BadNumber(at) => write!(f, "the number at byte {at} is too large, or longer than it needs to be"),
            Self::TooManyWords(words, left) => write!(f, "truncated: {words} words cannot be in {left} bytes"),
            Self::NotUtf8(at) => write!(f, "the word at byte {at} is not UTF-8"),
            Self::OutOfOrder(at) => write!(f, "the word at byte {at} is not in order, or comes a second time"),
            Self::LeftOver(count) => write!(f, "{count} bytes are left behind the last word"),
            Self::Memory => write!(f, "not enough memory for the words"),
        }
    }
}

impl From<FormatError> for PyErr {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Memory => PyMemoryError::new_err(error.to_string()),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}

/// Appends a number.
pub fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads from the front to the end, and never past it.
#[derive(Debug)]
pub struct ByteReader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> ByteReader<'b> {
    /// At the first byte.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Its place, from 0.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The number of bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `count` bytes, borrowed.
    ///
    /// # Errors
    ///
    /// [`FormatError::Truncated`] if fewer are left.
    pub fn take(&mut self, count: u64) -> Result<&'b [u8], FormatError> {
        let taken = usize::try_from(count)
            .ok()
            .and_then(|count| self.bytes[self.at..].get(..count))
            .ok_or(FormatError::Truncated(self.at))?;
        self.at += taken.len();
        Ok(taken)
    }

    /// The next byte.
    ///
    /// # Errors
    ///
    /// [`FormatError::Truncated`] if none is left.
    pub fn byte(&mut self) -> Result<u8, FormatError> {
        self.take(1).map(|taken| taken[0])
    }

    /// The next number.
    ///
    /// # Errors
    ///
    /// [`FormatError::Truncated`] or [`FormatError::BadNumber`].
    pub fn number(&mut self) -> Result<u64, FormatError> {
        let at = self.at;
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte().map_err(|_| FormatError::Truncated(at))?;
            let bits = u64::from(byte & 0x7f);
            if bits.leading_zeros() < shift {
                return Err(FormatError::BadNumber(at));
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                // A last byte of zero adds nothing: the same number has a shorter form.
                return if byte == 0 && shift > 0 { Err(FormatError::BadNumber(at)) } else { Ok(number) };
            }
        }
        Err(FormatError::BadNumber(at))
    }
}
