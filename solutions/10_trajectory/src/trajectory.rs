//! Trajectories as Python sees them: frames, a writer for `with`, a reader for `for`, `len` and `[]`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::{PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyIndexError, PyOSError, PyOverflowError, PyUserWarning, PyValueError};
use pyo3::prelude::*;

use crate::arrays;
use crate::dcd::ByteOrder;
use crate::formats::{FormatError, RawFrame};
use crate::store::{Format, TrajectoryReader, TrajectoryRecorder};

/// One frame of a trajectory.
#[pyclass(module = "trajectory", frozen)]
pub struct Frame {
    /// The number of the step.
    #[pyo3(get)]
    step: i64,
    /// The time, in the unit of the file.
    #[pyo3(get)]
    time: f64,
    /// A NumPy array. The getter hands out this very array, so what is written to it stays.
    positions: Py<PyArray2<f32>>,
}

impl Frame {
    fn from_raw(py: Python<'_>, raw: RawFrame) -> PyResult<Self> {
        Ok(Self { step: raw.step, time: raw.time, positions: arrays::to_array(py, raw.positions)?.unbind() })
    }
}

#[pymethods]
impl Frame {
    #[new]
    fn new(py: Python<'_>, step: i64, time: f64, positions: &Bound<'_, PyAny>) -> PyResult<Self> {
        // A copy: a frame keeps the positions of now, also where it is made of a view.
        let positions = arrays::positions(positions)?;
        Self::from_raw(py, RawFrame { step, time, positions })
    }

    /// The positions: a float32 array of shape (n, 3), the same one each time.
    #[getter]
    fn positions<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f32>> {
        self.positions.bind(py).clone()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let num_atoms = self.positions.bind(py).shape()[0];
        format!("Frame(step={}, time={:?}, num_atoms={num_atoms})", self.step, self.time)
    }
}

/// A path from Python: str, bytes or os.PathLike. Names that are no UTF-8 arrive whole.
fn path_of(path: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    let name: OsString = path.py().import("os")?.call_method1("fsdecode", (path,))?.extract()?;
    Ok(name.into())
}

/// The format of a file, by the end of its name, or a `ValueError`.
fn format_of(path: &Path) -> PyResult<Format> {
    Format::of(path).ok_or_else(|| {
        PyValueError::new_err(format!("the name of a trajectory ends in .xyz or .dcd, got {:?}", path.as_os_str()))
    })
}

/// The exception for an error with this file: an `OSError` as Python would raise it, or a `ValueError`.
pub fn exception(error: FormatError, path: &Path) -> PyErr {
    match error {
        FormatError::Io(error) => match error.raw_os_error() {
            Some(code) => {
                let text = error.to_string();
                let reason = text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text).to_owned();
                // OSError picks the subclass itself: by the first number on Unix, by the last on Windows.
                PyOSError::new_err((code, reason, path.as_os_str().to_owned(), code))
            }
            None if error.kind() == std::io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            None => error.into(),
        },
        malformed => PyValueError::new_err(format!("{}: {malformed}", path.display())),
    }
}

fn warn(py: Python<'_>, text: &str) -> PyResult<()> {
    let text = std::ffi::CString::new(text).unwrap_or_default();
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1)
}

/// A lock that a panic left behind: what is in a file is checked whenever it is read, so go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes frames to a file, in the format that the end of its name tells. Use it with `with`.
#[pyclass(module = "trajectory", frozen)]
pub struct TrajectoryWriter {
    path: PathBuf,
    /// None once the writer is closed.
    recorder: Mutex<Option<TrajectoryRecorder>>,
}

impl TrajectoryWriter {
    /// Closes the file, and hands on what the operating system says about it.
    fn finish(&self) -> Result<(), FormatError> {
        let recorder = lock(&self.recorder).take();
        recorder.map_or(Ok(()), |mut recorder| recorder.finish())
    }
}

/// A writer that is forgotten keeps what was written to it. There is nobody left to tell of an error.
impl Drop for TrajectoryWriter {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

#[pymethods]
impl TrajectoryWriter {
    #[new]
    #[pyo3(signature = (path, *, byteorder="little"))]
    fn new(py: Python<'_>, path: &Bound<'_, PyAny>, byteorder: &str) -> PyResult<Self> {
        let order = match byteorder {
            "little" => ByteOrder::Little,
            "big" => ByteOrder::Big,
            other => {
                return Err(PyValueError::new_err(format!("byteorder must be 'little' or 'big', got '{other}'")));
            }
        };
        let path = path_of(path)?;
        let format = format_of(&path)?;
        let created = py.detach(|| TrajectoryRecorder::create(&path, format, order));
        let recorder = created.map_err(|error| exception(error, &path))?;
        Ok(Self { path, recorder: Mutex::new(Some(recorder)) })
    }

    /// Writes a frame after those before. ValueError once the writer is closed.
    fn write(&self, py: Python<'_>, frame: &Frame) -> PyResult<()> {
        let positions = arrays::rows(frame.positions.bind(py).to_dyn())?;
        let (step, time) = (frame.step, frame.time);
        // The lock is waited for while detached, so whoever holds it can go on.
        let written = py.detach(|| match lock(&self.recorder).as_mut() {
            Some(recorder) => recorder.write(step, time, &positions).map(Some),
            None => Ok(None),
        });
        match written.map_err(|error| exception(error, &self.path))? {
            Some(None) => Ok(()),
            Some(Some(warning)) => warn(py, &warning),
            None => Err(PyValueError::new_err("write to a closed TrajectoryWriter")),
        }
    }

    /// Writes what is still in memory, and closes the file. Once is enough; twice does no harm.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.finish()).map_err(|error| exception(error, &self.path))
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyResult<PyRef<'_, Self>> {
        if lock(&slf.recorder).is_none() {
            return Err(PyValueError::new_err("this TrajectoryWriter is closed"));
        }
        Ok(slf)
    }

    /// Closes the file, whether the body raised or not. What it raised goes on.
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        self.close(py)?;
        Ok(false)
    }
}

/// A trajectory in a file: iterate over its frames, ask for its length, take frames by number.
#[pyclass(module = "trajectory", frozen, sequence)]
pub struct Trajectory {
    path: PathBuf,
    len: usize,
    /// Atoms in each frame.
    #[pyo3(get)]
    num_atoms: usize,
    reader: Mutex<TrajectoryReader>,
}

impl Trajectory {
    /// Reads the frame of this number, of which there must be one.
    fn frame(&self, py: Python<'_>, number: usize) -> PyResult<Frame> {
        let raw = py.detach(|| lock(&self.reader).frame(number)).map_err(|error| exception(error, &self.path))?;
        Frame::from_raw(py, raw)
    }
}

#[pymethods]
impl Trajectory {
    /// Opens a file of the format that the end of its name tells: .xyz or .dcd, in either byte order.
    ///
    /// Raises `OSError` as `open` does, and `ValueError` with the byte for a file that is no such trajectory. A DCD file
    /// with another number of frames than its header says is read as far as it goes, with a warning.
    #[staticmethod]
    fn load(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = path_of(path)?;
        let format = format_of(&path)?;
        let opened = py.detach(|| TrajectoryReader::open(&path, format));
        let (reader, warning) = opened.map_err(|error| exception(error, &path))?;
        if let Some(warning) = warning {
            warn(py, &format!("{}: {warning}", path.display()))?;
        }
        let (len, num_atoms) = (reader.len(), reader.num_atoms());
        Ok(Self { path, len, num_atoms, reader: Mutex::new(reader) })
    }

    fn __len__(&self) -> usize {
        self.len
    }

    fn __getitem__(&self, py: Python<'_>, index: &Bound<'_, PyAny>) -> PyResult<Frame> {
        let wanted = match index.extract::<isize>() {
            Ok(wanted) if wanted < 0 => self.len.checked_add_signed(wanted),
            Ok(wanted) => usize::try_from(wanted).ok(),
            Err(error) if error.is_instance_of::<PyOverflowError>(py) => None,
            Err(error) => return Err(error),
        };
        match wanted.filter(|&number| number < self.len) {
            Some(number) => self.frame(py, number),
            None => Err(PyIndexError::new_err(format!("there is no frame {index}: there are {}", self.len))),
        }
    }

    /// A new iterator each time, so each `for` begins with the first frame.
    fn __iter__(slf: &Bound<'_, Self>) -> TrajectoryIterator {
        TrajectoryIterator { trajectory: slf.clone().unbind(), next: Mutex::new(0) }
    }

    fn __repr__(&self) -> String {
        format!("Trajectory({:?}, {} frames of {} atoms)", self.path.as_os_str(), self.len, self.num_atoms)
    }
}

/// Goes through the frames of a trajectory, which it keeps alive.
#[pyclass(module = "trajectory", frozen)]
pub struct TrajectoryIterator {
    trajectory: Py<Trajectory>,
    /// The number of the next frame.
    next: Mutex<usize>,
}

#[pymethods]
impl TrajectoryIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Frame>> {
        let trajectory = self.trajectory.get();
        let number = {
            let mut next = lock(&self.next);
            let number = *next;
            *next = (number + 1).min(trajectory.len);
            number
        };
        if number < trajectory.len { trajectory.frame(py, number).map(Some) } else { Ok(None) }
    }
}
