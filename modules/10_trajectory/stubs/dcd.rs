//! The DCD format of CHARMM, NAMD and others: binary records, in either byte order, written long ago by Fortran.

use std::io::{Read, Seek};

use crate::formats::{FormatError, Source};

/// The order of the bytes in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lowest byte first, as on almost all machines of today.
    Little,
    /// The highest byte first.
    Big,
}

impl ByteOrder {
    /// The number that these bytes are.
    pub fn i32(self, bytes: [u8; 4]) -> i32 {
        match self {
            Self::Little => i32::from_le_bytes(bytes),
            Self::Big => i32::from_be_bytes(bytes),
        }
    }

    /// The number that these bytes are.
    pub fn f32(self, bytes: [u8; 4]) -> f32 {
        f32::from_bits(self.i32(bytes) as u32)
    }

    /// The number that these bytes are.
    pub fn f64(self, bytes: [u8; 8]) -> f64 {
        match self {
            Self::Little => f64::from_le_bytes(bytes),
            Self::Big => f64::from_be_bytes(bytes),
        }
    }

    /// The bytes of a number.
    pub fn bytes(self, number: i32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

/// Bytes in the header's first record: four letters and twenty numbers.
pub const CONTROL: usize = 84;

/// The places of the twenty numbers.
pub mod control {
    /// The number of frames.
    pub const FRAMES: usize = 0;
    /// The step of the first frame.
    pub const FIRST_STEP: usize = 1;
    /// Steps from one frame to the next.
    pub const INTERVAL: usize = 2;
    /// The last step.
    pub const LAST_STEP: usize = 3;
    /// Atoms that never move: they are in the first frame only.
    pub const FIXED: usize = 8;
    /// The time that a step takes: a float32; in files without a version a float64, which takes the next place too.
    pub const DELTA: usize = 9;
    /// Whether each frame begins with its unit cell. Counts in files with a version only, as does the next.
    pub const UNIT_CELL: usize = 10;
    /// Whether each atom has a fourth coordinate.
    pub const FOUR_DIMENSIONS: usize = 11;
    /// The version of CHARMM, or 0.
    pub const VERSION: usize = 19;
}

/// The content of a file's header.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Of all numbers in the file.
    pub order: ByteOrder,
    /// The number of frames that the header states.
    pub claimed_frames: i32,
    /// The step of the first frame.
    pub first_step: i32,
    /// Steps from one frame to the next, 1 or more.
    pub interval: i32,
    /// The time that a step takes.
    pub delta: f64,
    /// Atoms in each frame.
    pub num_atoms: usize,
    /// The atoms that can move, if there are others: only these are in the second frame and all after it.
    pub free_atoms: Option<Vec<usize>>,
    /// Whether each frame begins with its unit cell.
    pub has_unit_cell: bool,
    /// Whether each atom has a fourth coordinate.
    pub has_four_dimensions: bool,
    /// The place where the first frame begins.
    pub frames_start: u64,
}

/// Reads the length of a record: four bytes, which stand before the record and after it.
fn marker(source: &mut Source<impl Read + Seek>, order: ByteOrder) -> Result<u64, FormatError> {
    let offset = source.offset();
    let length = order.i32(source.read_array()?);
    u64::try_from(length).map_err(|_| FormatError::at(offset, format!("a record of {length} bytes cannot be")))
}

/// Reads the length after a record and compares it with the one before.
fn end_of_record(source: &mut Source<impl Read + Seek>, order: ByteOrder, length: u64) -> Result<(), FormatError> {
    let offset = source.offset();
    let end = marker(source, order)?;
    if end == length {
        return Ok(());
    }
    Err(FormatError::at(offset, format!("a record of {length} bytes ends with the length {end}")))
}

/// Reads a record that must have `expected` bytes. Takes memory only once it is known that the file has so many.
fn record(source: &mut Source<impl Read + Seek>, order: ByteOrder, expected: u64) -> Result<Vec<u8>, FormatError> {
    todo!("the length, a look at whether the file has so many bytes left, the bytes, the length again")
}

impl Header {
    /// Reads the header.
    pub fn read(source: &mut Source<impl Read + Seek>) -> Result<Self, FormatError> {
        todo!(
            "the byte order, the record with CORD and twenty numbers, the titles, the number of atoms, the free atoms"
        )
    }

    /// Atoms whose coordinates are in the frame of this number.
    fn atoms_in(&self, frame: u64) -> usize {
        match &self.free_atoms {
            Some(free) if frame > 0 => free.len(),
            _ => self.num_atoms,
        }
    }

    /// The bytes of the frame of this number, the lengths around the records included.
    pub fn frame_size(&self, frame: u64) -> u64 {
        todo!("the unit cell and the records of the coordinates, eight bytes of lengths for each record")
    }

    /// The place where the frame of this number begins.
    pub fn frame_start(&self, frame: u64) -> u64 {
        todo!("the first frame may be longer than the others")
    }

    /// The number of frames in a file of this size, whatever the header says. An error if it ends within a frame.
    pub fn count_frames(&self, file_size: u64) -> Result<u64, FormatError> {
        todo!("from the size; an error with the place where a frame is cut off")
    }

    /// The positions in the bytes of one frame, which begin at `frame_start(frame)`. Where atoms are fixed, `first` has the
    /// positions of the first frame.
    pub fn decode(&self, frame: u64, bytes: &[u8], first: Option<&[[f32; 3]]>) -> Result<Vec<[f32; 3]>, FormatError> {
        todo!("three records, their lengths compared, the coordinates put together atom by atom")
    }
}

/// Bytes of the record with the unit cell: six float64.
const UNIT_CELL: u64 = 48;

/// Bytes of each title.
const TITLE: usize = 80;

/// Passes over the record with the titles: their number, then eighty letters each.
fn skip_titles(source: &mut Source<impl Read + Seek>, order: ByteOrder) -> Result<(), FormatError> {
    let length = marker(source, order)?;
    if length > source.left() {
        return Err(source.too_short(length));
    }
    source.seek(source.offset() + length)?;
    end_of_record(source, order, length)
}

/// Reads which atoms can move. The file counts atoms from 1.
fn free_atoms(
    source: &mut Source<impl Read + Seek>,
    order: ByteOrder,
    num_atoms: usize,
    count: usize,
) -> Result<Vec<usize>, FormatError> {
    let offset = source.offset() + 4;
    let bytes = record(source, order, 4 * count as u64)?;
    let mut free = Vec::with_capacity(count);
    for (place, &number) in bytes.as_chunks::<4>().0.iter().enumerate() {
        let number = order.i32(number);
        match usize::try_from(number) {
            Ok(number) if (1..=num_atoms).contains(&number) => free.push(number - 1),
            _ => {
                let reason = format!("atom {number} can move, of atoms 1 to {num_atoms}");
                return Err(FormatError::at(offset + 4 * place as u64, reason));
            }
        }
    }
    Ok(free)
}

/// The shortest decimal number that reads back as this float32, as a float64: 0.005 for the float32 next to 0.005.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// The header of a file of ours, as bytes. Its length depends on nothing, so it can be written again at the end.
pub fn encode_header(
    order: ByteOrder,
    frames: i32,
    first_step: i32,
    interval: i32,
    delta: f32,
    num_atoms: i32,
) -> Vec<u8> {
    todo!("three records: CORD and twenty numbers, the titles, the number of atoms")
}

/// A frame as bytes: all first coordinates, all second, all third.
pub fn encode_frame(order: ByteOrder, positions: &[[f32; 3]]) -> Vec<u8> {
    todo!("a record for each axis")
}

fn push_record(order: ByteOrder, record: &[u8], bytes: &mut Vec<u8>) {
    let length = order.bytes(record.len() as i32);
    bytes.extend(length);
    bytes.extend(record);
    bytes.extend(length);
}
