//! Trajectories as Python sees them: frames, a writer for `with`, a reader for `for`, `len` and `[]`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::PyArray2;
use pyo3::exceptions::{PyUserWarning, PyValueError};
use pyo3::prelude::*;

use crate::arrays;
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
        todo!("a copy of the positions")
    }

    /// The positions: a float32 array of shape (n, 3), the same one each time.
    #[getter]
    fn positions<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f32>> {
        todo!("the same array each time")
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        todo!("Frame(step=0, time=0.0, num_atoms=3)")
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
    todo!("OSError with errno, text and file name; ValueError for the rest")
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
        // No `todo!` here: it runs when a writer dies, and must not panic then. Take the recorder out, and finish it.
        Ok(())
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
        todo!("byte order, path, format; then the recorder, detached")
    }

    /// Writes a frame after those before. ValueError once the writer is closed.
    fn write(&self, py: Python<'_>, frame: &Frame) -> PyResult<()> {
        todo!("ValueError if it is closed; else write detached, and hand on a warning")
    }

    /// Writes what is still in memory, and closes the file. Once is enough; twice does no harm.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        todo!("finish, detached")
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyResult<PyRef<'_, Self>> {
        todo!("ValueError if it is closed; else itself")
    }

    /// Closes the file, whether the body raised or not. What it raised goes on.
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        todo!("close; false, so that an exception goes on")
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
        todo!("read it detached, and make a Frame")
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
        todo!("path, format, reader; hand on a warning")
    }

    fn __len__(&self) -> usize {
        todo!("the number of frames")
    }

    fn __getitem__(&self, py: Python<'_>, index: &Bound<'_, PyAny>) -> PyResult<Frame> {
        todo!("negative numbers count from the end; IndexError")
    }

    /// A new iterator each time, so each `for` begins with the first frame.
    fn __iter__(slf: &Bound<'_, Self>) -> TrajectoryIterator {
        todo!("a new iterator at frame 0")
    }

    fn __repr__(&self) -> String {
        todo!("Trajectory(…, 3 frames of 4 atoms)")
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
        todo!("an iterator is its own iterator")
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Frame>> {
        todo!("the next frame, or Ok(None)")
    }
}
