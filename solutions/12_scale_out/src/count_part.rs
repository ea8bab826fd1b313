//! The words of a range of a file, so that ranges that meet add up to the whole.

use std::path::PathBuf;
use std::str;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::arguments::{WholeNumber, byte_range, thread_count};
use crate::partial_count::{Counts, PartialCount, add};
use crate::process_pools::{default_threads, in_pool};
use crate::source::{self, ReadAt, ReadError};
use crate::words::{is_space, words};

/// How many bytes are read at a time.
const BLOCK: u64 = 256 * 1024;

/// The number of bytes that are read at a time while only the end of a word is missing.
const STEP: u64 = 1024;

/// A range smaller than this is not worth a thread of its own.
const SMALLEST_PIECE: u64 = 1 << 20;

/// More pieces than threads, so that a thread that is held up does not keep the others waiting for long.
const PIECES_PER_THREAD: u64 = 2;

/// The longest character takes so many bytes.
const LONGEST: u64 = 4;

/// The counts, in lower case, of the words whose first byte lies in `start..stop`.
///
/// Each word has one first byte, so it belongs to one of the ranges that a file is cut into, wherever the cuts are: inside
/// a word, inside a character. In memory are the different words, one block, and the longest stretch without ASCII
/// white space.
///
/// # Errors
///
/// See [`ReadError`]. If a file is no UTF-8, at least one of its ranges finds the first wrong byte.
pub fn count_range(source: &(impl ReadAt + ?Sized), start: u64, stop: u64) -> Result<Counts, ReadError> {
    let Start { first, mut inside } = find_start(source, start)?;
    let mut as_written = Counts::new();
    let mut buffer = Vec::new(); // Read and not yet counted.
    let mut counted = first; // The position of the first byte in the buffer.
    loop {
        let read = counted + buffer.len() as u64;
        if read >= stop {
            break;
        }
        // As much again as is left over: however long a word is, its bytes are looked at a few times only.
        let wanted = BLOCK.max(buffer.len() as u64).min(stop - read);
        if read_more(source, &mut buffer, counted, wanted)? == 0 {
            return Err(ReadError::TooShort { stop, end: read });
        }
        let cut = buffer.iter().rposition(is_ascii_space).unwrap_or(0);
        let text = str::from_utf8(&buffer[..cut]).map_err(|error| wrong_bytes(&buffer[..cut], counted, error))?;
        count(&mut as_written, without_rest_of_word(text, &mut inside));
        buffer.drain(..cut);
        counted += cut as u64;
    }
    // What is left begins before `stop`. Its last character and its last word may end behind it.
    let mut at_end = false;
    loop {
        let range = stop.saturating_sub(counted) as usize;
        let (text, error) = match str::from_utf8(&buffer) {
            Ok(text) => (text, None),
            Err(error) => (str::from_utf8(&buffer[..error.valid_up_to()]).unwrap_or_default(), Some(error)),
        };
        if text.len() >= range {
            let own = text.ceil_char_boundary(range);
            if inside && !text[..own].contains(is_space) {
                return Ok(in_lower_case(as_written)); // All of it belongs to a word of the range before.
            }
            let ends = match text[..own].chars().next_back() {
                Some(last) if !is_space(last) => text[own..].find(is_space).map(|further| own + further),
                _ => Some(own),
            };
            let ends = ends.or((at_end && error.is_none()).then_some(text.len()));
            if let Some(ends) = ends {
                count(&mut as_written, without_rest_of_word(&text[..ends], &mut inside));
                return Ok(in_lower_case(as_written));
            }
        }
        if let Some(error) = error
            && (at_end || error.error_len().is_some())
        {
            return Err(wrong_bytes(&buffer, counted, error));
        }
        let step = STEP.max(buffer.len() as u64);
        at_end = read_more(source, &mut buffer, counted, step)? == 0;
    }
}

/// The place where the first whole character of a range begins.
struct Start {
    first: u64,
    /// Whether it continues a word that began before, and belongs to the range before.
    inside: bool,
}

/// Looks at the bytes before `start` to see what is cut there.
fn find_start(source: &(impl ReadAt + ?Sized), start: u64) -> Result<Start, ReadError> {
    if start == 0 {
        return Ok(Start { first: 0, inside: false });
    }
    let from = start.saturating_sub(LONGEST);
    let mut window = [0; 2 * LONGEST as usize];
    let length = source.fill_at(&mut window, from)?;
    let here = (start - from) as usize;
    let window = &window[..length.max(here)];
    // The first byte of the last character that begins before `start`.
    let head = window[..here].iter().rposition(|byte| !is_continuation(byte)).unwrap_or(0);
    let end = head + width(window[head]);
    // Where that character reaches across `start`, what is left of it belongs to the range before.
    let mut first = here;
    while first < end.min(window.len()) && is_continuation(&window[first]) {
        first += 1;
    }
    // What is no character is no white space. The range before it says so.
    let before = str::from_utf8(&window[head..first]).ok().and_then(|text| text.chars().next_back());
    Ok(Start { first: from + first as u64, inside: !before.is_some_and(is_space) })
}

/// Whether a byte continues a character.
fn is_continuation(byte: &u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// How many bytes a character has that begins with this one.
fn width(head: u8) -> usize {
    match head {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

/// Appends up to `wanted` bytes of the source to those that begin at `counted`. Gives how many there were.
fn read_more(
    source: &(impl ReadAt + ?Sized),
    buffer: &mut Vec<u8>,
    counted: u64,
    wanted: u64,
) -> Result<usize, ReadError> {
    let old = buffer.len();
    buffer.resize(old + wanted as usize, 0);
    let read = source.fill_at(&mut buffer[old..], counted + old as u64);
    buffer.truncate(old + *read.as_ref().unwrap_or(&0));
    Ok(read?)
}

fn wrong_bytes(buffer: &[u8], counted: u64, error: str::Utf8Error) -> ReadError {
    let start = error.valid_up_to();
    let end = error.error_len().map_or(buffer.len(), |length| start + length);
    ReadError::NotUtf8 { start: counted + start as u64, bytes: buffer[start..end].to_vec() }
}

/// The text from its first white space on, as long as what comes is the rest of another range's word.
fn without_rest_of_word<'text>(text: &'text str, inside: &mut bool) -> &'text str {
    if !*inside {
        return text;
    }
    match text.find(is_space) {
        Some(space) => {
            *inside = false;
            &text[space..]
        }
        None => "",
    }
}

// Two places call it. As a function of its own it leaves the hashing out of line, and is a fifth slower.
#[inline(always)]
fn count(as_written: &mut Counts, text: &str) {
    for word in words(text) {
        // Not `entry`: that would allocate for every word, not only for every new one.
        match as_written.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                as_written.insert(word.to_owned(), 1);
            }
        }
    }
}

/// Whether to cut here. An ASCII byte is never part of a longer character, so a cut there splits neither word nor
/// character.
fn is_ascii_space(byte: &u8) -> bool {
    byte.is_ascii() && is_space(char::from(*byte))
}

/// The counts with words that differ in case only put together.
fn in_lower_case(as_written: Counts) -> Counts {
    let mut counts = Counts::with_capacity(as_written.len());
    for (word, count) in as_written {
        *counts.entry(word.to_lowercase()).or_insert(0) += count;
    }
    counts
}

/// As [`count_range`], by the threads of the pool that calls it.
fn count_in_parallel(source: &impl ReadAt, start: u64, stop: u64, threads: usize) -> Result<Counts, ReadError> {
    let length = stop - start;
    let most = if threads == 1 { 1 } else { PIECES_PER_THREAD * threads as u64 };
    let pieces = (length / SMALLEST_PIECE).clamp(1, most);
    if pieces == 1 {
        return count_range(source, start, stop);
    }
    // In two steps, as `length * piece` may be no u64.
    let cut = |piece: u64| start + length / pieces * piece + length % pieces * piece / pieces;
    let counts: Vec<_> =
        (0..pieces).into_par_iter().map(|piece| count_range(source, cut(piece), cut(piece + 1))).collect();
    // In order, so that of several errors the first one in the file is told.
    let mut counts = counts.into_iter();
    let mut sum = counts.next().unwrap_or_else(|| Ok(Counts::new()))?;
    for part in counts {
        // No file is long enough for more than u64::MAX words.
        _ = add(&mut sum, &part?);
    }
    Ok(sum)
}

/// The words of a UTF-8 file whose first byte lies in `start..stop`, in lower case, while other Python threads run.
///
/// Ranges that meet add up to the whole, wherever they are cut. With `threads=None` a worker's share is taken: see
/// `default_threads`.
///
/// Raises `OSError` as `open` does, with `errno` and `filename`; `UnicodeDecodeError` with the position in the file as
/// `start`; `ValueError` for a range that is not in the file, and for `threads=0`; `RuntimeError` in a process that was
/// forked after threads were started.
#[pyfunction]
#[pyo3(signature = (path, start, stop, threads=None))]
pub fn count_part(
    py: Python<'_>,
    path: PathBuf,
    start: WholeNumber,
    stop: WholeNumber,
    threads: Option<WholeNumber>,
) -> PyResult<PartialCount> {
    let (start, stop) = byte_range(start, stop)?;
    let threads = threads.map_or_else(|| Ok(default_threads()), thread_count)?;
    let counted = py.detach(|| {
        let (file, end) = source::open(&path)?;
        if stop > end {
            return Err(ReadError::TooShort { stop, end });
        }
        Ok(in_pool(threads, || count_in_parallel(&file, start, stop, threads)))
    });
    let counts = counted
        .map_err(|error| error.into_exception(py, &path))?
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?
        .map_err(|error| error.into_exception(py, &path))?;
    Ok(PartialCount::of(counts))
}
