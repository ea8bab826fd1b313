//! Bytes that are read at a position, and what may go wrong with them. Given; module 03 shows how to write it.

use std::fs::File;
use std::io;
use std::path::Path;

use pyo3::exceptions::{PyOSError, PyUnicodeDecodeError, PyValueError};
use pyo3::prelude::*;

/// Bytes that several threads may read at once, each at its own position.
pub trait ReadAt: Sync {
    /// Reads some of the bytes from position `at` on: 0 at the end, and fewer than fit at any time.
    ///
    /// # Errors
    ///
    /// The system's own errors.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;

    /// Reads from position `at` on until the buffer is full or the end is reached. Gives the number of bytes.
    ///
    /// # Errors
    ///
    /// The system's own errors.
    fn fill_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(&mut buffer[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let from = usize::try_from(at).unwrap_or(usize::MAX).min(self.len());
        let count = buffer.len().min(self.len() - from);
        buffer[..count].copy_from_slice(&self[from..from + count]);
        Ok(count)
    }
}

/// One open file for all threads: if somebody puts another file in its place meanwhile, this one is read to the end.
impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, at)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, at)
    }
}

/// Why a range was not counted.
#[derive(Debug)]
pub enum ReadError {
    /// The operating system could not open or read the file.
    Io(io::Error),
    /// The bytes are not UTF-8.
    NotUtf8 {
        /// The place where the wrong bytes begin, counted from the start of the file.
        start: u64,
        /// The wrong bytes, one to three.
        bytes: Vec<u8>,
    },
    /// The file ends before the range does.
    TooShort {
        /// The end of the range.
        stop: u64,
        /// The end of the file.
        end: u64,
    },
}

/// For `?` on what reads.
impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ReadError {
    /// The exception that Python's own functions would raise. What has no `filename` gets a note that names the file: in a
    /// folder of thousands, nobody would find it otherwise.
    pub fn into_exception(self, py: Python<'_>, path: &Path) -> PyErr {
        let error = match self {
            Self::Io(error) => return io_exception(&error, path),
            Self::NotUtf8 { start, bytes } => {
                let end = start + bytes.len() as u64;
                PyUnicodeDecodeError::new_err(("utf-8", bytes, start, end, "invalid utf-8"))
            }
            Self::TooShort { stop, end } => PyValueError::new_err(format!(
                "stop is {stop}, but the file ends at byte {end}: has it shrunk since it was measured?"
            )),
        };
        // Without the note it is still the right error.
        let _ = error.add_note(py, format!("in the file {}", path.display()));
        error
    }
}

fn io_exception(error: &io::Error, path: &Path) -> PyErr {
    match error.raw_os_error() {
        Some(code) => {
            // Python keeps the number in a place of its own.
            let text = error.to_string();
            let reason = text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text).to_owned();
            // OSError picks the subclass itself: by the first number on Unix, by the last on Windows.
            PyOSError::new_err((code, reason, path.as_os_str().to_owned(), code))
        }
        // A zero byte in the path never reaches the system.
        None if error.kind() == io::ErrorKind::InvalidInput => PyValueError::new_err("embedded null byte"),
        None => PyOSError::new_err(error.to_string()),
    }
}

/// Opens a file that can be read at any position. Gives its length too.
///
/// # Errors
///
/// As `open` in Python, and for a pipe as `seek`: it has no positions, and opening it would wait for a writer.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        // The same numbers on Linux, macOS and the BSDs.
        const EISDIR: i32 = 21;
        const ESPIPE: i32 = 29;
        let kind = path.metadata()?.file_type();
        if kind.is_dir() {
            return Err(io::Error::from_raw_os_error(EISDIR));
        }
        if kind.is_fifo() {
            return Err(io::Error::from_raw_os_error(ESPIPE));
        }
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}
