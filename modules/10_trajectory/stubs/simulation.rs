//! Molecular dynamics: Rust steps through time, with forces that Rust or Python computes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::Duration;

use numpy::PyArray2;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::force_calculator::{ForceCalculator, Vector};
use crate::forces::{Forces, Springs};
use crate::logging;
use crate::state::State;

/// The class is frozen, so Rust may look at the value behind the reference without the interpreter.
impl Forces for Py<ForceCalculator> {
    fn forces(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<()> {
        self.get().compute(positions, forces)?;
        Ok(())
    }
}

/// A Python object with a method `forces(positions)`.
pub struct PythonForces(pub Py<PyAny>);

impl Forces for PythonForces {
    fn forces(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<()> {
        todo!("attach, call the method `forces` of the Python object, check what comes back, copy it")
    }
}

/// The side that computes the forces: Rust, if the object is one of ours, or Python.
pub fn source_of(forces: &Bound<'_, PyAny>) -> Box<dyn Forces> {
    if let Ok(calculator) = forces.cast::<ForceCalculator>() {
        return Box::new(calculator.clone().unbind());
    }
    if let Ok(springs) = forces.cast::<Springs>() {
        return Box::new(springs.clone().unbind());
    }
    Box::new(PythonForces(forces.clone().unbind()))
}

/// Positions in single precision, as Python sees them.
fn narrow(positions: &[Vector]) -> Vec<[f32; 3]> {
    positions.iter().map(|position| position.map(|x| x as f32)).collect()
}

/// The atoms' motion. Between two runs, the positions are also in the state, in single precision.
#[derive(Debug, Clone, Default)]
pub struct Motion {
    /// The atoms' places.
    pub positions: Vec<Vector>,
    /// The atoms' velocities.
    pub velocities: Vec<Vector>,
}

impl Motion {
    /// One step of velocity Verlet, for atoms of mass 1. `forces` has the forces at the beginning, and then at the end.
    pub fn step(&mut self, dt: f64, source: &dyn Forces, forces: &mut [Vector]) -> PyResult<()> {
        todo!("half a kick, a drift, new forces, half a kick")
    }

    fn kick(&mut self, time: f64, forces: &[Vector]) {
        for (velocity, force) in self.velocities.iter_mut().zip(forces) {
            for axis in 0..3 {
                velocity[axis] += time * force[axis];
            }
        }
    }

    /// An atom that has left the numbers, if there is one.
    fn lost_atom(&self) -> Option<usize> {
        self.positions.iter().position(|position| !position.iter().all(|&x| (x as f32).is_finite()))
    }

    fn kinetic_energy(&self) -> f64 {
        0.5 * self.velocities.iter().flatten().map(|x| x * x).sum::<f64>()
    }
}

/// A run goes on for so long before it looks whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Moves the atoms of a state through time: velocity Verlet, all masses 1.
///
/// `forces` is a ForceCalculator or any object with a method `forces(positions)`.
#[pyclass(module = "trajectory", frozen)]
pub struct Simulation {
    state: Py<State>,
    forces: Py<PyAny>,
    /// The time that a step takes.
    #[pyo3(get)]
    dt: f64,
    /// Held by a run. Nobody waits for it: who finds it taken gets a RuntimeError.
    motion: Mutex<Motion>,
    /// Steps since the beginning, in all runs; may be read while one goes on.
    step: AtomicU64,
    /// The bits of the kinetic energy after the last step; may be read while a run goes on.
    kinetic_energy: AtomicU64,
}

impl Simulation {
    /// A run, from its first line in the log to its last.
    fn advance(
        &self,
        motion: &mut Motion,
        source: &dyn Forces,
        n_steps: u64,
        on_step: Option<&Py<PyAny>>,
    ) -> PyResult<()> {
        let first = self.step();
        logging::run_started(n_steps, motion.positions.len(), self.dt)?;
        let result = self.take_steps(motion, source, n_steps, on_step);
        let ended = logging::run_ended(self.step() - first, n_steps);
        result.and(ended)
    }

    /// Counts a step that is done, and gives its number.
    fn step_done(&self, motion: &Motion) -> PyResult<u64> {
        let step = self.step.fetch_add(1, Ordering::Relaxed) + 1;
        self.kinetic_energy.store(motion.kinetic_energy().to_bits(), Ordering::Relaxed);
        logging::step_done(step)?;
        Ok(step)
    }

    /// Up to `n_steps` steps. `motion` is always that after a whole step, whatever happens.
    fn take_steps(
        &self,
        motion: &mut Motion,
        source: &dyn Forces,
        n_steps: u64,
        on_step: Option<&Py<PyAny>>,
    ) -> PyResult<()> {
        todo!("forces at the beginning; then step by step, on a copy, so that motion is always that after a whole step")
    }
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (state, forces, dt=0.005))]
    fn new(state: Bound<'_, State>, forces: Bound<'_, PyAny>, dt: f64) -> PyResult<Self> {
        todo!("check dt and forces, copy the positions of the state")
    }

    /// Steps since the beginning, in all runs.
    #[getter]
    fn step(&self) -> u64 {
        self.step.load(Ordering::Relaxed)
    }

    /// The kinetic energy after the last step.
    #[getter]
    fn kinetic_energy(&self) -> f64 {
        f64::from_bits(self.kinetic_energy.load(Ordering::Relaxed))
    }

    /// The velocities, as a float32 array of shape (n, 3). RuntimeError while a run goes on.
    fn velocities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        todo!("a copy, or RuntimeError while a run goes on")
    }

    /// Goes `n_steps` on, from where the state and the last run ended.
    ///
    /// After each step, calls `on_step(step, positions)` with an array of its own. Other Python threads run meanwhile, and
    /// Ctrl-C ends it. Until it returns, the state is its own: any other use of it is a RuntimeError. After an error the
    /// state is that after the last whole step.
    #[pyo3(signature = (n_steps, on_step=None))]
    fn run(&self, py: Python<'_>, n_steps: &Bound<'_, PyAny>, on_step: Option<Py<PyAny>>) -> PyResult<()> {
        todo!("take the lock and the state, then advance detached, then write the positions back")
    }

    fn __repr__(&self) -> String {
        format!("Simulation(dt={:?}, step={})", self.dt, self.step())
    }

    /// Shows the garbage collector which Python objects this one keeps alive.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.state)?;
        visit.call(&self.forces)
    }
}

/// The lock, or a RuntimeError where a run has it. Waiting for it could take for ever: the run may wait for us.
fn try_lock(motion: &Mutex<Motion>) -> PyResult<std::sync::MutexGuard<'_, Motion>> {
    match motion.try_lock() {
        Ok(guard) => Ok(guard),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => {
            Err(PyRuntimeError::new_err("this simulation is running: wait until `run` has returned"))
        }
    }
}

/// Takes the positions of the state where somebody has changed them, and keeps the more precise ones where not.
fn take_over(motion: &mut Motion, state: &[[f32; 3]]) -> PyResult<()> {
    todo!("ValueError if the number of atoms has changed; else the positions of the state where they differ")
}
