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
    let offset = source.offset();
    let length = marker(source, order)?;
    if length != expected {
        return Err(FormatError::at(offset, format!("a record of {expected} bytes should be here, not of {length}")));
    }
    if length > source.left() {
        return Err(source.too_short(length));
    }
    let mut bytes = vec![0; length as usize];
    source.read_into(&mut bytes)?;
    end_of_record(source, order, length)?;
    Ok(bytes)
}

impl Header {
    /// Reads the header.
    pub fn read(source: &mut Source<impl Read + Seek>) -> Result<Self, FormatError> {
        let order = match source.read_array()? {
            [84, 0, 0, 0] => ByteOrder::Little,
            [0, 0, 0, 84] => ByteOrder::Big,
            _ => return Err(FormatError::at(0, "this is no DCD file: it should begin with the number 84")),
        };
        source.seek(0)?;
        let bytes = record(source, order, CONTROL as u64)?;
        let (letters, numbers) = bytes.split_at(4);
        if letters != b"CORD" {
            let reason = format!("CORD should be here, for coordinates, not {:?}", String::from_utf8_lossy(letters));
            return Err(FormatError::at(4, reason));
        }
        let fields = numbers.as_chunks::<4>().0;
        let number = |field: usize| order.i32(fields[field]);
        let place = |field: usize| (8 + 4 * field) as u64; // In the file, whose first record begins at byte 4.
        let not_negative = |field, what| match usize::try_from(number(field)) {
            Ok(number) => Ok(number),
            Err(_) => Err(FormatError::at(place(field), format!("{what} is {}", number(field)))),
        };
        not_negative(control::FRAMES, "the number of frames")?;
        not_negative(control::INTERVAL, "the number of steps from one frame to the next")?;
        let fixed = not_negative(control::FIXED, "the number of fixed atoms")?;
        let has_version = number(control::VERSION) != 0;
        let delta = if has_version {
            shortest(order.f32(fields[control::DELTA]))
        } else {
            let [a, b, c, d] = fields[control::DELTA];
            let [e, f, g, h] = fields[control::DELTA + 1];
            order.f64([a, b, c, d, e, f, g, h])
        };
        if !delta.is_finite() {
            return Err(FormatError::at(place(control::DELTA), format!("the time of a step is {delta}")));
        }
        skip_titles(source, order)?;
        let offset = source.offset() + 4;
        let bytes = record(source, order, 4)?;
        let num_atoms = order.i32(bytes.first_chunk().copied().unwrap_or_default());
        let Ok(num_atoms) = usize::try_from(num_atoms) else {
            return Err(FormatError::at(offset, format!("the number of atoms is {num_atoms}")));
        };
        if fixed > num_atoms {
            let reason = format!("{fixed} atoms are fixed, of {num_atoms} in all");
            return Err(FormatError::at(place(control::FIXED), reason));
        }
        let free_atoms = if fixed > 0 { Some(free_atoms(source, order, num_atoms, num_atoms - fixed)?) } else { None };
        Ok(Self {
            order,
            claimed_frames: number(control::FRAMES),
            first_step: number(control::FIRST_STEP),
            interval: number(control::INTERVAL).max(1),
            delta,
            num_atoms,
            free_atoms,
            has_unit_cell: has_version && number(control::UNIT_CELL) != 0,
            has_four_dimensions: has_version && number(control::FOUR_DIMENSIONS) != 0,
            frames_start: source.offset(),
        })
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
        let records = if self.has_four_dimensions { 4 } else { 3 };
        let unit_cell = if self.has_unit_cell { UNIT_CELL + 8 } else { 0 };
        unit_cell + records * (4 * self.atoms_in(frame) as u64 + 8)
    }

    /// The place where the frame of this number begins.
    pub fn frame_start(&self, frame: u64) -> u64 {
        match frame {
            0 => self.frames_start,
            _ => self.frames_start + self.frame_size(0) + (frame - 1) * self.frame_size(1),
        }
    }

    /// The number of frames in a file of this size, whatever the header says. An error if it ends within a frame.
    pub fn count_frames(&self, file_size: u64) -> Result<u64, FormatError> {
        let left = file_size.saturating_sub(self.frames_start);
        if left == 0 {
            return Ok(0);
        }
        let after_first = left.checked_sub(self.frame_size(0));
        let (whole, rest) = match after_first {
            Some(after) => (1 + after / self.frame_size(1), after % self.frame_size(1)),
            None => (0, left),
        };
        if rest == 0 {
            return Ok(whole);
        }
        let (start, size) = (self.frame_start(whole), self.frame_size(whole));
        let reason = format!(
            "the file is cut off: frame {whole} has {size} bytes, and {rest} are left; \
             cut the file here to read the {whole} whole frames before"
        );
        Err(FormatError::at(start, reason))
    }

    /// The positions in the bytes of one frame, which begin at `frame_start(frame)`. Where atoms are fixed, `first` has the
    /// positions of the first frame.
    pub fn decode(&self, frame: u64, bytes: &[u8], first: Option<&[[f32; 3]]>) -> Result<Vec<[f32; 3]>, FormatError> {
        let mut offset = self.frame_start(frame);
        let mut rest = bytes;
        let mut next = |expected: u64| -> Result<&[u8], FormatError> {
            let whole = expected as usize + 8;
            let Some((record, others)) = rest.split_at_checked(whole) else {
                return Err(FormatError::at(offset, "the file is cut off: it has become shorter"));
            };
            for place in [0, whole - 4] {
                let length = self.order.i32(record[place..].first_chunk().copied().unwrap_or_default());
                if u64::try_from(length) != Ok(expected) {
                    let reason = format!("the length of a record should be {expected}, not {length}");
                    return Err(FormatError::at(offset + place as u64, reason));
                }
            }
            offset += whole as u64;
            rest = others;
            Ok(&record[4..whole - 4])
        };
        if self.has_unit_cell {
            next(UNIT_CELL)?;
        }
        let length = 4 * self.atoms_in(frame) as u64;
        let [x, y, z] = [next(length)?, next(length)?, next(length)?].map(|record| record.as_chunks::<4>().0);
        if self.has_four_dimensions {
            next(length)?;
        }
        // The order is asked for once, not for each number: so the loops become vector instructions.
        let moving = match self.order {
            ByteOrder::Little => by_atom(x, y, z, f32::from_le_bytes),
            ByteOrder::Big => by_atom(x, y, z, f32::from_be_bytes),
        };
        match (&self.free_atoms, first) {
            (Some(free), Some(first)) if frame > 0 => {
                let mut positions = first.to_vec();
                for (&atom, &position) in free.iter().zip(&moving) {
                    positions[atom] = position;
                }
                Ok(positions)
            }
            _ => Ok(moving),
        }
    }
}

/// The coordinates of each atom side by side.
fn by_atom(x: &[[u8; 4]], y: &[[u8; 4]], z: &[[u8; 4]], number: impl Fn([u8; 4]) -> f32) -> Vec<[f32; 3]> {
    x.iter().zip(y).zip(z).map(|((&x, &y), &z)| [number(x), number(y), number(z)]).collect()
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
    let mut numbers = [0; 20];
    numbers[control::FRAMES] = frames;
    numbers[control::FIRST_STEP] = first_step;
    numbers[control::INTERVAL] = interval;
    numbers[control::LAST_STEP] = first_step.saturating_add(interval.saturating_mul((frames - 1).max(0)));
    numbers[control::DELTA] = delta.to_bits() as i32;
    numbers[control::VERSION] = 24; // The version that the fields above are of.
    let mut control = b"CORD".to_vec();
    numbers.iter().for_each(|&number| control.extend(order.bytes(number)));
    let mut titles = order.bytes(1).to_vec();
    titles.extend(format!("{:TITLE$}", "Written by the trajectory module of the course").bytes());
    let mut bytes = Vec::new();
    for record in [control, titles, order.bytes(num_atoms).to_vec()] {
        push_record(order, &record, &mut bytes);
    }
    bytes
}

/// A frame as bytes: all first coordinates, all second, all third.
pub fn encode_frame(order: ByteOrder, positions: &[[f32; 3]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(12 * positions.len() + 24);
    for axis in 0..3 {
        let length = order.bytes(4 * positions.len() as i32);
        bytes.extend(length);
        match order {
            ByteOrder::Little => bytes.extend(positions.iter().flat_map(|position| position[axis].to_le_bytes())),
            ByteOrder::Big => bytes.extend(positions.iter().flat_map(|position| position[axis].to_be_bytes())),
        }
        bytes.extend(length);
    }
    bytes
}

fn push_record(order: ByteOrder, record: &[u8], bytes: &mut Vec<u8>) {
    let length = order.bytes(record.len() as i32);
    bytes.extend(length);
    bytes.extend(record);
    bytes.extend(length);
}
