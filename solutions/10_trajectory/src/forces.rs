//! The trait `Forces`, for everything that computes forces, and `Springs`, which the tests use. This file is given.

use numpy::PyArray2;
use pyo3::prelude::*;

use crate::arrays;
use crate::force_calculator::Vector;

/// A source of forces for a simulation. Rust's own are one implementation, any Python object with `forces` is another.
pub trait Forces: Send + Sync {
    /// Fills in the force on each atom. The caller is detached from the interpreter.
    fn forces(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<()>;
}

/// A spring from the origin to each atom, computed in Rust.
#[pyclass(module = "trajectory", name = "_Springs", frozen)]
pub struct Springs {
    stiffness: f64,
}

#[pymethods]
impl Springs {
    #[new]
    fn new(stiffness: f64) -> Self {
        Self { stiffness }
    }

    fn forces<'py>(&self, positions: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let py = positions.py();
        let positions = arrays::positions(positions)?;
        let force = |x: f32| (-self.stiffness * f64::from(x)) as f32;
        let forces = positions.into_iter().map(|position| position.map(force)).collect();
        arrays::to_array(py, forces)
    }
}

impl Forces for Py<Springs> {
    fn forces(&self, positions: &[Vector], forces: &mut [Vector]) -> PyResult<()> {
        for (force, position) in forces.iter_mut().zip(positions) {
            *force = position.map(|x| -self.get().stiffness * x);
        }
        Ok(())
    }
}
