//! The XYZ format: text, a number of atoms, a comment, a line for each atom. This file is given; compare `dcd.rs`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use crate::formats::{FormatError, RawFrame};

/// Written where the format wants the name of an element. A frame of ours knows none.
const ELEMENT: &str = "X";

/// The place of each frame in the file, and how many atoms each of them has.
#[derive(Debug, Default)]
pub struct Index {
    /// The place where each frame begins; and at last, the place where the frames end.
    pub offsets: Vec<u64>,
    /// The same for all frames.
    pub num_atoms: usize,
}

/// Lines, and how many bytes of the file they were.
struct Lines<R> {
    inner: BufReader<R>,
    offset: u64,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The next line without its end, or `None` at the end of the file. Longer than `most`, it is cut.
    fn next(&mut self, most: u64) -> Result<Option<&[u8]>, FormatError> {
        self.line.clear();
        let mut read = self.inner.by_ref().take(most).read_until(b'\n', &mut self.line)? as u64;
        if read == most && self.line.last() != Some(&b'\n') {
            read += self.inner.skip_until(b'\n')? as u64;
        }
        self.offset += read;
        Ok((read > 0).then_some(self.line.trim_ascii_end()))
    }

    /// Passes over a line without keeping it. False at the end of the file.
    fn skip(&mut self) -> Result<bool, FormatError> {
        let read = self.inner.skip_until(b'\n')?;
        self.offset += read as u64;
        Ok(read > 0)
    }
}

/// Bytes of a line that are looked at: no number and no comment of ours is longer.
const LONGEST: u64 = 4096;

/// Finds all frames. Reads the whole file once, and keeps eight bytes for each frame.
pub fn index(file: &mut (impl Read + Seek)) -> Result<Index, FormatError> {
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut lines = Lines { inner: BufReader::with_capacity(1 << 16, file), offset: 0, line: Vec::new() };
    let mut index = Index::default();
    loop {
        let start = lines.offset;
        let Some(line) = lines.next(LONGEST)? else { break };
        let line = line.trim_ascii_start();
        if line.is_empty() {
            // Empty lines are good at the end only.
            while let Some(line) = lines.next(LONGEST)? {
                if !line.is_empty() {
                    return Err(FormatError::at(start, "an empty line where the number of atoms should be"));
                }
            }
            index.offsets.push(start);
            return Ok(index);
        }
        let Some(num_atoms) = parse::<u64>(line) else {
            return Err(FormatError::at(start, format!("the number of atoms should be here, not {}", shown(line))));
        };
        // Each atom needs a line of eight bytes at least: `X 0 0 0` and its end, which may be missing in the last line.
        if num_atoms.saturating_mul(8) > size.saturating_sub(lines.offset).saturating_add(8) {
            let left = size.saturating_sub(lines.offset);
            let reason = format!("the file is cut off: {num_atoms} atoms are announced, and {left} bytes are left");
            return Err(FormatError::at(start, reason));
        }
        if !index.offsets.is_empty() && index.num_atoms as u64 != num_atoms {
            let first = index.num_atoms;
            return Err(FormatError::at(start, format!("a frame of {num_atoms} atoms, after frames of {first}")));
        }
        index.num_atoms = num_atoms as usize;
        index.offsets.push(start);
        for line in 0..=num_atoms {
            if !lines.skip()? && (line > 0 || num_atoms > 0) {
                let reason =
                    format!("the file is cut off: {} of {num_atoms} atoms are missing", num_atoms + 1 - line.max(1));
                return Err(FormatError::at(lines.offset, reason));
            }
        }
    }
    index.offsets.push(size);
    Ok(index)
}

/// Reads the frame number `number`, whose bytes these are; they begin at `offset`.
pub fn decode(bytes: &[u8], offset: u64, number: usize, num_atoms: usize) -> Result<RawFrame, FormatError> {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let mut place = offset;
    let mut next = || {
        let line = lines.next().unwrap_or_default();
        let start = place;
        place += line.len() as u64;
        (start, line.trim_ascii())
    };
    let (start, line) = next();
    if parse::<u64>(line) != Some(num_atoms as u64) {
        return Err(FormatError::at(start, format!("the file has changed: no frame of {num_atoms} atoms is here now")));
    }
    let comment = next().1;
    // The file was looked through before: so many atoms do have room in it.
    let mut positions = Vec::with_capacity(num_atoms.min(bytes.len()));
    for _ in 0..num_atoms {
        let (start, line) = next();
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let position = words.next().and_then(|_element| {
            let mut number = || parse::<f32>(words.next()?);
            Some([number()?, number()?, number()?])
        });
        let Some(position) = position else {
            let reason = format!("a name and three numbers should be here, not {}", shown(line));
            return Err(FormatError::at(start, reason));
        };
        positions.push(position);
    }
    let step = value_of(comment, b"step=").unwrap_or(number as i64);
    let time = value_of(comment, b"time=").unwrap_or(number as f64);
    Ok(RawFrame { step, time, positions })
}

/// Writes a frame at the end of a text. Numbers have as many digits as it takes to read the same ones again.
pub fn encode(step: i64, time: f64, positions: &[[f32; 3]], text: &mut String) {
    // Writing to a `String` never fails.
    let _ = write!(text, "{}\nstep={step} time={time:?}\n", positions.len());
    for [x, y, z] in positions {
        let _ = writeln!(text, "{ELEMENT} {x:?} {y:?} {z:?}");
    }
}

/// The value behind `name` in a comment such as `step=10 time=0.05`.
fn value_of<T: std::str::FromStr>(comment: &[u8], name: &[u8]) -> Option<T> {
    comment.split(u8::is_ascii_whitespace).find_map(|word| parse(word.strip_prefix(name)?))
}

fn parse<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// A part of a line, for a message.
fn shown(line: &[u8]) -> String {
    let cut = &line[..line.len().min(40)];
    format!("{:?}", String::from_utf8_lossy(cut))
}
