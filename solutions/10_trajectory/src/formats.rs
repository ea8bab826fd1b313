//! The common parts of all file formats: frames, errors, and a file whose size is known. This file is given.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

/// One frame of a trajectory.
#[derive(Debug, Clone, PartialEq)]
pub struct RawFrame {
    /// The number of the step.
    pub step: i64,
    /// The time, in the unit of the file.
    pub time: f64,
    /// The positions, in the unit of the file.
    pub positions: Vec<[f32; 3]>,
}

/// Why a file cannot be read or written.
#[derive(Debug)]
pub enum FormatError {
    /// The operating system says no.
    Io(io::Error),
    /// The bytes are not what the format asks for.
    Malformed {
        /// The place, counted from the start of the file.
        offset: u64,
        /// The fault there.
        reason: String,
    },
    /// This cannot be written.
    Unwritable(String),
}

impl FormatError {
    /// An error at this byte of the file.
    pub fn at(offset: u64, reason: impl Into<String>) -> Self {
        Self::Malformed { offset, reason: reason.into() }
    }
}

/// For `?` on what reads and writes.
impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Malformed { offset, reason } => write!(f, "at byte {offset}: {reason}"),
            Self::Unwritable(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for FormatError {}

/// Bytes of a known number, and the place where the next are read.
#[derive(Debug)]
pub struct Source<R> {
    inner: R,
    offset: u64,
    size: u64,
}

impl<R: Read + Seek> Source<R> {
    /// Begins at the first byte.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let size = inner.seek(SeekFrom::End(0))?;
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self { inner, offset: 0, size })
    }

    /// The place of the next byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of bytes, from the first to the last.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The number of bytes that are left.
    pub fn left(&self) -> u64 {
        self.size.saturating_sub(self.offset)
    }

    /// Goes to this byte.
    pub fn seek(&mut self, offset: u64) -> io::Result<()> {
        self.inner.seek(SeekFrom::Start(offset))?;
        self.offset = offset;
        Ok(())
    }

    /// Fills a buffer with the next bytes. If there are too few, the error says so.
    pub fn read_into(&mut self, buffer: &mut [u8]) -> Result<(), FormatError> {
        self.inner.read_exact(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.too_short(buffer.len() as u64),
            _ => FormatError::Io(error),
        })?;
        self.offset += buffer.len() as u64;
        Ok(())
    }

    /// The next `N` bytes.
    pub fn read_array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let mut bytes = [0; N];
        self.read_into(&mut bytes)?;
        Ok(bytes)
    }

    /// The error for a file that ends before the next `wanted` bytes do.
    pub fn too_short(&self, wanted: u64) -> FormatError {
        FormatError::at(
            self.offset,
            format!("the file is cut off: {wanted} bytes are needed here, and {} are left", self.left()),
        )
    }

    /// The reader inside.
    pub fn into_inner(self) -> R {
        self.inner
    }
}
