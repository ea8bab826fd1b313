//! Trajectories on disk, whatever their format: a reader that seeks, and a recorder. This file is given.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::dcd::{self, ByteOrder, Header};
use crate::formats::{FormatError, RawFrame, Source};
use crate::xyz;

/// The formats that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text.
    Xyz,
    /// Binary.
    Dcd,
}

impl Format {
    /// The format that the end of a file's name tells.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xyz" => Some(Self::Xyz),
            "dcd" => Some(Self::Dcd),
            _ => None,
        }
    }
}

/// The places of a file's frames.
#[derive(Debug)]
enum Layout {
    Xyz(xyz::Index),
    Dcd { header: Header, frames: u64, first: Option<Vec<[f32; 3]>> },
}

/// A trajectory on disk, to be read.
#[derive(Debug)]
pub struct TrajectoryReader {
    file: File,
    layout: Layout,
    /// The bytes of one frame.
    buffer: Vec<u8>,
}

impl TrajectoryReader {
    /// Opens a file. The text, if there is one, is a warning.
    pub fn open(path: &Path, format: Format) -> Result<(Self, Option<String>), FormatError> {
        let mut file = File::open(path)?;
        let mut warning = None;
        let layout = match format {
            Format::Xyz => Layout::Xyz(xyz::index(&mut file)?),
            Format::Dcd => {
                let mut source = Source::new(&mut file)?;
                let header = Header::read(&mut source)?;
                let frames = header.count_frames(source.size())?;
                if i64::try_from(frames) != Ok(header.claimed_frames.into()) {
                    let claimed = header.claimed_frames;
                    warning =
                        Some(format!("the header speaks of {claimed} frames; the file's size is that of {frames}"));
                }
                Layout::Dcd { header, frames, first: None }
            }
        };
        let mut reader = Self { file, layout, buffer: Vec::new() };
        if let Layout::Dcd { header: Header { free_atoms: Some(_), .. }, frames: 1.., .. } = &reader.layout {
            let positions = reader.frame(0)?.positions;
            if let Layout::Dcd { first, .. } = &mut reader.layout {
                *first = Some(positions);
            }
        }
        Ok((reader, warning))
    }

    /// The number of frames.
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::Xyz(index) => index.offsets.len().saturating_sub(1),
            Layout::Dcd { frames, .. } => *frames as usize,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Atoms in each frame.
    pub fn num_atoms(&self) -> usize {
        match &self.layout {
            Layout::Xyz(index) => index.num_atoms,
            Layout::Dcd { header, .. } => header.num_atoms,
        }
    }

    /// Reads a frame. There must be one of this number.
    pub fn frame(&mut self, number: usize) -> Result<RawFrame, FormatError> {
        let (start, end) = match &self.layout {
            Layout::Xyz(index) => (index.offsets[number], index.offsets[number + 1]),
            Layout::Dcd { header, .. } => {
                let start = header.frame_start(number as u64);
                (start, start + header.frame_size(number as u64))
            }
        };
        // No more than a part of the file, as long as it was when it was opened.
        let size = (end - start) as usize;
        let more = size.saturating_sub(self.buffer.len());
        self.buffer.try_reserve_exact(more).map_err(|_| std::io::Error::from(std::io::ErrorKind::OutOfMemory))?;
        self.buffer.resize(size, 0);
        self.file.seek(SeekFrom::Start(start))?;
        let mut read = 0;
        while read < self.buffer.len() {
            match self.file.read(&mut self.buffer[read..]) {
                Ok(0) => {
                    let reason = format!("the file has become shorter: {} bytes are missing", self.buffer.len() - read);
                    return Err(FormatError::at(start + read as u64, reason));
                }
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        match &self.layout {
            Layout::Xyz(index) => xyz::decode(&self.buffer, start, number, index.num_atoms),
            Layout::Dcd { header, first, .. } => {
                let positions = header.decode(number as u64, &self.buffer, first.as_deref())?;
                let step = i64::from(header.first_step) + number as i64 * i64::from(header.interval);
                Ok(RawFrame { step, time: step as f64 * header.delta, positions })
            }
        }
    }
}

/// A trajectory on disk, to be written.
#[derive(Debug)]
pub struct TrajectoryRecorder {
    file: BufWriter<File>,
    format: Format,
    order: ByteOrder,
    /// Of the first frame, once there is one.
    num_atoms: Option<usize>,
    frames: i32,
    /// Step and time of the first frame and of the second.
    beginning: Vec<(i32, f64)>,
    /// Whether a frame had another step or time than the header of a DCD file can tell.
    irregular: bool,
    /// The bytes of one frame.
    buffer: Vec<u8>,
}

/// Steps and times, as far as a DCD file can keep them.
struct Clock {
    first_step: i32,
    interval: i32,
    delta: f32,
}

impl TrajectoryRecorder {
    /// Makes the file, or empties it.
    pub fn create(path: &Path, format: Format, order: ByteOrder) -> Result<Self, FormatError> {
        let file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        let (beginning, buffer) = (Vec::new(), Vec::new());
        let mut recorder =
            Self { file, format, order, num_atoms: None, frames: 0, beginning, irregular: false, buffer };
        if format == Format::Dcd {
            recorder.write_header()?; // So that a file without frames is a trajectory too.
        }
        Ok(recorder)
    }

    /// Writes a frame. The text, if there is one, is a warning.
    pub fn write(&mut self, step: i64, time: f64, positions: &[[f32; 3]]) -> Result<Option<String>, FormatError> {
        let num_atoms = self.num_atoms.unwrap_or(positions.len());
        if positions.len() != num_atoms {
            let got = positions.len();
            let reason = format!("each frame of this file has {num_atoms} atoms: got one of {got}");
            return Err(FormatError::Unwritable(reason));
        }
        self.buffer.clear();
        let mut warning = None;
        match self.format {
            Format::Xyz => {
                if !positions.as_flattened().iter().all(|x| x.is_finite()) {
                    warning = Some(format!("frame {} is not finite: not all programs can read that", self.frames));
                }
                let mut text = String::from_utf8(std::mem::take(&mut self.buffer)).unwrap_or_default();
                xyz::encode(step, time, positions, &mut text);
                self.buffer = text.into_bytes();
            }
            Format::Dcd => {
                let Ok(step) = i32::try_from(step) else {
                    let reason = format!("a DCD file has room for steps of 32 bits: got {step}");
                    return Err(FormatError::Unwritable(reason));
                };
                if num_atoms > (i32::MAX / 4) as usize || self.frames == i32::MAX {
                    return Err(FormatError::Unwritable("a DCD file has no room for so many atoms or frames".into()));
                }
                if self.beginning.len() < 2 {
                    self.beginning.push((step, time));
                }
                if !self.irregular && !self.clock().tells(self.frames, step, time) {
                    self.irregular = true;
                    warning = Some(format!(
                        "a DCD file keeps the first step, the steps from one frame to the next and the time of a step \
                         only: it does not tell step {step} and time {time} of frame {}",
                        self.frames
                    ));
                }
                self.buffer = dcd::encode_frame(self.order, positions);
            }
        }
        self.num_atoms = Some(num_atoms);
        self.file.write_all(&self.buffer)?;
        self.frames += 1;
        Ok(warning)
    }

    /// Writes what is still in memory, and for DCD the header once more, now that the number of frames is known.
    pub fn finish(&mut self) -> Result<(), FormatError> {
        if self.format == Format::Dcd {
            self.file.seek(SeekFrom::Start(0))?;
            self.write_header()?;
            self.file.seek(SeekFrom::End(0))?;
        }
        Ok(self.file.flush()?)
    }

    fn write_header(&mut self) -> Result<(), FormatError> {
        let Clock { first_step, interval, delta } = self.clock();
        let num_atoms = self.num_atoms.unwrap_or(0) as i32;
        let header = dcd::encode_header(self.order, self.frames, first_step, interval, delta, num_atoms);
        Ok(self.file.write_all(&header)?)
    }

    /// The clock that fits the first frames.
    fn clock(&self) -> Clock {
        let usable = |delta: f64| delta.is_finite() && delta.abs() <= f32::MAX.into();
        let delta = |time: f64, steps: i64| Some(time / steps as f64).filter(|&delta| steps != 0 && usable(delta));
        match *self.beginning.as_slice() {
            [] => Clock { first_step: 0, interval: 1, delta: 1.0 },
            [(step, time)] => {
                Clock { first_step: step, interval: 1, delta: delta(time, step.into()).unwrap_or(1.0) as f32 }
            }
            [(step, time), (next_step, next_time), ..] => {
                let steps = i64::from(next_step) - i64::from(step);
                let interval = i32::try_from(steps).unwrap_or(1).max(1);
                let delta = delta(next_time - time, steps).unwrap_or(1.0) as f32;
                Clock { first_step: step, interval, delta }
            }
        }
    }
}

impl Clock {
    /// Whether the frame of this number has this step and, but for rounding, this time.
    fn tells(&self, frame: i32, step: i32, time: f64) -> bool {
        let told = i64::from(self.first_step) + i64::from(frame) * i64::from(self.interval);
        let told_time = told as f64 * f64::from(self.delta);
        told == i64::from(step) && (told_time - time).abs() <= 1e-5 * time.abs().max(f64::from(self.delta).abs())
    }
}
