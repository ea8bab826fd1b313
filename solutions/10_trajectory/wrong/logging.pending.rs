//! wrong: leaves the exception of a handler pending: Python finds it somewhere else, or nowhere
//! fails: test_a_handler_that_raises_in_another_thread
//! says: leaves the exception

use log::{debug, info, warn};
use numpy::PyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_log::{Caching, Logger};
use rayon::prelude::*;

use crate::arrays;

/// Of messages about runs: Python's logger `trajectory.simulation`. Named here, for the default is the path of the Rust
/// module, and that begins with whatever the crate is called.
const SIMULATION: &str = "trajectory::simulation";

/// Of messages about frames: Python's logger `trajectory.frames`.
const FRAMES: &str = "trajectory::frames";

/// Sends what Rust logs to Python's `logging`. Called once, when Python imports the module.
///
/// The loggers are looked up once, their levels each time: so a change of level counts at once.
pub fn install(py: Python<'_>) -> PyResult<()> {
    let logger = Logger::new(py, Caching::Loggers)?;
    // An error says that there is a logger already. It was made by an earlier import, and is as good.
    let _ = logger.install();
    Ok(())
}

/// Logs, and gives on the exception that a handler of Python's raised meanwhile.
///
/// `info!` and the others return nothing, so pyo3-log leaves such an exception pending: the next call would fail for no
/// reason that anybody could see.
fn logged(log: impl FnOnce()) -> PyResult<()> {
    log();
    Ok(())
}

/// A run begins: at INFO.
pub fn run_started(n_steps: u64, num_atoms: usize, dt: f64) -> PyResult<()> {
    logged(|| info!(target: SIMULATION, "run started: {n_steps} steps of {dt:?}, {num_atoms} atoms"))
}

/// A step is done: at DEBUG, if it is a hundredth one.
pub fn step_done(step: u64) -> PyResult<()> {
    if step.is_multiple_of(100) { logged(|| debug!(target: SIMULATION, "step {step}")) } else { Ok(()) }
}

/// A run ends, whether all its steps are done or not: at INFO.
pub fn run_ended(done: u64, n_steps: u64) -> PyResult<()> {
    logged(|| info!(target: SIMULATION, "run ended: {done} of {n_steps} steps done"))
}

/// The radius of gyration: the root of the mean squared distance from the centre.
fn radius(positions: &[[f32; 3]]) -> f64 {
    let count = positions.len() as f64;
    let centre = [0, 1, 2].map(|axis| positions.iter().map(|position| f64::from(position[axis])).sum::<f64>() / count);
    let squared = |position: &[f32; 3]| {
        let [x, y, z] = [0, 1, 2].map(|axis| f64::from(position[axis]) - centre[axis]);
        x * x + y * y + z * z
    };
    (positions.iter().map(squared).sum::<f64>() / count).sqrt()
}

/// The radius of gyration of each frame, a list of float32 arrays of shape (n, 3), in parallel.
///
/// A frame with a position that is not finite has the radius NaN, and is a WARNING in the log.
///
/// Raises `ValueError` for a frame without atoms.
#[pyfunction]
pub fn radius_of_gyration<'py>(py: Python<'py>, frames: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let frames = frames.iter().map(arrays::positions).collect::<PyResult<Vec<_>>>()?;
    if let Some(frame) = frames.iter().position(Vec::is_empty) {
        return Err(PyValueError::new_err(format!("frame {frame} has no atoms, and so no centre")));
    }
    // Detached: each of rayon's threads that logs waits for the interpreter, and this one waits for rayon's threads.
    let radii = py.detach(|| {
        let frames = frames.par_iter().enumerate();
        frames.map(|(frame, positions)| radius_or_warning(frame, positions)).collect::<PyResult<Vec<f64>>>()
    })?;
    Ok(PyArray1::from_vec(py, radii))
}

/// The radius of a frame, or NaN and a warning. Runs in a thread of rayon's.
fn radius_or_warning(frame: usize, positions: &[[f32; 3]]) -> PyResult<f64> {
    if positions.as_flattened().iter().all(|x| x.is_finite()) {
        return Ok(radius(positions));
    }
    logged(|| warn!(target: FRAMES, "frame {frame} has a position that is not finite"))?;
    Ok(f64::NAN)
}
