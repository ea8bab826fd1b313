//! The tests' own way in, past the exercises: so each exercise is judged by itself. This file is given.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use numpy::PyArray2;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBytes};

use crate::dcd::ByteOrder;
use crate::forces::Springs;
use crate::formats::FormatError;
use crate::memory::{Memory, borrow, borrow_mut};
use crate::state::State;
use crate::store::{Format, TrajectoryReader, TrajectoryRecorder};
use crate::{arrays, logging};

/// A state with these positions.
#[pyfunction]
fn _state_of(positions: &Bound<'_, PyAny>) -> PyResult<State> {
    let positions = arrays::positions(positions)?;
    let memory = Memory::zeros(positions.len() as u64)?;
    memory.write(&positions);
    Ok(State { memory: Arc::new(memory) })
}

/// A copy of the positions of a state.
#[pyfunction]
fn _rows<'py>(state: &Bound<'py, State>) -> PyResult<Bound<'py, PyArray2<f32>>> {
    arrays::to_array(state.py(), borrow(state)?.memory.read())
}

/// A Python object whose method `forces` is this function.
#[pyfunction]
fn _forces_of<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    py.import("types")?.call_method("SimpleNamespace", (), Some(&[("forces", function)].into_py_dict(py)?))
}

/// Leaves only the first atoms of a state.
#[pyfunction]
fn _shrink(state: &Bound<'_, State>, num_atoms: usize) -> PyResult<()> {
    let mut this = borrow_mut(state)?;
    let mut positions = this.memory.read();
    positions.truncate(num_atoms);
    let memory = Memory::zeros(positions.len() as u64)?;
    memory.write(&positions);
    this.memory = Arc::new(memory);
    Ok(())
}

/// Calls a function while the state is in the hands of a run.
#[pyfunction]
fn _while_running<'py>(state: &Bound<'py, State>, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let _state = borrow_mut(state)?;
    function.call0()
}

/// Takes a view of the positions, calls a function, and gives what the view then shows.
#[pyfunction]
fn _view_after<'py>(state: &Bound<'py, PyAny>, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let view = state.call_method0("positions")?;
    function.call0()?;
    view.call_method0("copy")
}

/// The content of a state's memory after a call of a function: a view that was taken before would show it.
#[pyfunction]
fn _memory_after<'py>(state: &Bound<'py, State>, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let memory = Arc::clone(&borrow(state)?.memory);
    function.call0()?;
    arrays::to_array(state.py(), memory.read())
}

/// Changes a coordinate of a state.
#[pyfunction]
fn _set(state: &Bound<'_, State>, atom: usize, axis: usize, value: f32) -> PyResult<()> {
    borrow(state)?.memory.set(atom, axis, value);
    Ok(())
}

/// Writes to the state through a view of its positions.
#[pyfunction]
fn _write_through_view(state: &Bound<'_, PyAny>, atom: usize, axis: usize, value: f32) -> PyResult<()> {
    state.call_method0("positions")?.set_item((atom, axis), value)
}

/// Counts the folders below.
static FOLDERS: AtomicUsize = AtomicUsize::new(0);

/// Calls a function, and gives the class and the text of each warning that it caused in this process.
#[pyfunction]
fn _warnings_of<'py>(py: Python<'py>, function: &Bound<'py, PyAny>) -> PyResult<Vec<(String, String)>> {
    let warnings = py.import("warnings")?;
    let catching = warnings.call_method("catch_warnings", (), Some(&[("record", true)].into_py_dict(py)?))?;
    let caught = catching.call_method0("__enter__")?;
    warnings.call_method1("simplefilter", ("always",))?;
    let result = function.call0();
    catching.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
    result?;
    let seen = caught.try_iter()?.map(|warning| {
        let warning = warning?;
        Ok((
            warning.getattr("category")?.getattr("__name__")?.extract()?,
            warning.getattr("message")?.str()?.to_string(),
        ))
    });
    seen.collect()
}

/// A path for a file of this name, in a new folder.
#[pyfunction]
fn _scratch(name: PathBuf) -> PyResult<PathBuf> {
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("trajectory-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// The content of the file; then the file is removed, and its folder too.
#[pyfunction]
fn _take(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
    let bytes = std::fs::read(&path)?;
    let _ = std::fs::remove_file(&path);
    if let Some(folder) = path.parent() {
        let _ = std::fs::remove_dir(folder);
    }
    Ok(PyBytes::new(py, &bytes))
}

/// A frame as plain data: step, time, positions.
type PlainFrame<'py> = (i64, f64, Bound<'py, PyAny>);

/// Writes a DCD file past the class; gives the warnings.
#[pyfunction]
fn _write_dcd(path: PathBuf, byteorder: &str, frames: Vec<PlainFrame<'_>>) -> PyResult<Vec<String>> {
    let order = if byteorder == "big" { ByteOrder::Big } else { ByteOrder::Little };
    let exception = |error: FormatError| PyValueError::new_err(error.to_string());
    let mut recorder = TrajectoryRecorder::create(&path, Format::Dcd, order).map_err(exception)?;
    let mut warnings = Vec::new();
    for (step, time, positions) in &frames {
        warnings.extend(recorder.write(*step, *time, &arrays::positions(positions)?).map_err(exception)?);
    }
    recorder.finish().map_err(exception)?;
    Ok(warnings)
}

/// Reads a DCD file past the class: the warning, the number of atoms, and the frames.
#[pyfunction]
fn _read_dcd(py: Python<'_>, path: PathBuf) -> PyResult<(Option<String>, usize, Vec<PlainFrame<'_>>)> {
    let exception = |error: FormatError| PyValueError::new_err(error.to_string());
    let (mut reader, warning) = TrajectoryReader::open(&path, Format::Dcd).map_err(exception)?;
    let mut frames = Vec::new();
    for number in 0..reader.len() {
        let raw = reader.frame(number).map_err(exception)?;
        frames.push((raw.step, raw.time, arrays::to_array(py, raw.positions)?.into_any()));
    }
    Ok((warning, reader.num_atoms(), frames))
}

/// Logs what a run logs.
#[pyfunction]
fn _log_a_run(py: Python<'_>, steps: Vec<u64>, num_atoms: usize, dt: f64) -> PyResult<()> {
    py.detach(|| {
        logging::run_started(steps.len() as u64, num_atoms, dt)?;
        steps.iter().try_for_each(|&step| logging::step_done(step))?;
        logging::run_ended(steps.len() as u64, steps.len() as u64)
    })
}

/// A handler of Python's `logging` that calls a function with the logger's name, the level and the text.
const HANDLER: &std::ffi::CStr = c"
import logging


class Handler(logging.Handler):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def emit(self, record):
        self.function(record.name, record.levelno, record.getMessage())


def log_to(function, level):
    logger = logging.getLogger('trajectory')
    for handler in list(logger.handlers):
        if type(handler).__name__ == 'Handler':
            logger.removeHandler(handler)
    if function is not None:
        logger.addHandler(Handler(function))
    logger.setLevel(level)
    logger.propagate = False
";

/// Has what the loggers `trajectory` and below are told, from this level up, given to a function; None ends that.
#[pyfunction]
fn _log_to(function: &Bound<'_, PyAny>, level: i32) -> PyResult<()> {
    let py = function.py();
    if !function.is_none() && !function.is_callable() {
        return Err(PyTypeError::new_err("a function is wanted, or None"));
    }
    let module = PyModule::from_code(py, HANDLER, c"fixtures.py", c"_fixtures")?;
    module.call_method1("log_to", (function, level))?;
    Ok(())
}

/// Plain attributes, so that `__all__` does not name them.
pub(crate) fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("_Springs", module.py().get_type::<Springs>())?;
    module.setattr("_state_of", wrap_pyfunction!(_state_of, module)?)?;
    module.setattr("_rows", wrap_pyfunction!(_rows, module)?)?;
    module.setattr("_forces_of", wrap_pyfunction!(_forces_of, module)?)?;
    module.setattr("_shrink", wrap_pyfunction!(_shrink, module)?)?;
    module.setattr("_while_running", wrap_pyfunction!(_while_running, module)?)?;
    module.setattr("_view_after", wrap_pyfunction!(_view_after, module)?)?;
    module.setattr("_memory_after", wrap_pyfunction!(_memory_after, module)?)?;
    module.setattr("_set", wrap_pyfunction!(_set, module)?)?;
    module.setattr("_write_through_view", wrap_pyfunction!(_write_through_view, module)?)?;
    module.setattr("_warnings_of", wrap_pyfunction!(_warnings_of, module)?)?;
    module.setattr("_scratch", wrap_pyfunction!(_scratch, module)?)?;
    module.setattr("_take", wrap_pyfunction!(_take, module)?)?;
    module.setattr("_write_dcd", wrap_pyfunction!(_write_dcd, module)?)?;
    module.setattr("_read_dcd", wrap_pyfunction!(_read_dcd, module)?)?;
    module.setattr("_log_a_run", wrap_pyfunction!(_log_a_run, module)?)?;
    module.setattr("_log_to", wrap_pyfunction!(_log_to, module)?)
}
