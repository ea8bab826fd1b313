//! Forces between atoms after Lennard and Jones, in reduced units.

use numpy::PyArray2;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A point, or a force.
pub type Vector = [f64; 3];

/// Why there are no forces.
#[derive(Debug, Clone, PartialEq)]
pub enum ForceError {
    /// An atom is nowhere.
    NotFinite {
        /// Its number.
        atom: usize,
    },
    /// Two atoms are at the same place, where the force has no direction and no bound.
    Coincide {
        /// One of the two.
        atom: usize,
    },
}

impl From<ForceError> for PyErr {
    fn from(error: ForceError) -> Self {
        PyValueError::new_err(match error {
            ForceError::NotFinite { atom } => format!("positions[{atom}] is not finite"),
            ForceError::Coincide { atom } => {
                format!("positions[{atom}] is at the same place as another atom: their force has no bound")
            }
        })
    }
}

/// Fills in the force on each atom, and gives the energy of all. Pairs that are `cutoff` apart, or more, do not count.
///
/// Calls `go_on` now and then, at least once; its error ends the work.
pub fn lennard_jones<E: From<ForceError> + Send>(
    positions: &[Vector],
    cutoff: f64,
    forces: &mut [Vector],
    go_on: impl Fn() -> Result<(), E>,
) -> Result<f64, E> {
    todo!("for each pair that is closer than the cutoff: the force on both, and the energy")
}

/// Forces between atoms after Lennard and Jones, in reduced units: 4 (r⁻¹² − r⁻⁶) for each pair closer than the cutoff.
#[pyclass(module = "trajectory", frozen)]
pub struct ForceCalculator {
    cutoff: f64,
}

impl ForceCalculator {
    /// Fills in the force on each atom, and gives the energy. The caller is detached; Ctrl-C ends it.
    pub fn compute(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<f64> {
        lennard_jones(positions, self.cutoff, forces, || Python::attach(|py| py.check_signals()))
    }

    /// The same for positions from Python.
    fn compute_for(&self, positions: &Bound<'_, PyAny>) -> PyResult<(Vec<Vector>, f64)> {
        todo!("arrays::positions, then detached: wide, compute")
    }
}

#[pymethods]
impl ForceCalculator {
    #[new]
    fn new(cutoff: f64) -> PyResult<Self> {
        todo!("ValueError unless it is greater than 0")
    }

    /// Pairs that are so far apart, or more, do not count.
    #[getter]
    fn cutoff(&self) -> f64 {
        self.cutoff
    }

    /// The force on each atom, as a float32 array of shape (n, 3).
    fn forces<'py>(&self, positions: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        todo!("compute_for, then back to single precision")
    }

    /// The energy of all pairs.
    fn energy(&self, positions: &Bound<'_, PyAny>) -> PyResult<f64> {
        todo!("compute_for")
    }

    fn __repr__(&self) -> String {
        todo!("ForceCalculator(cutoff=2.5)")
    }
}
