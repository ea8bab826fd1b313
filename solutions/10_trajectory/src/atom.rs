//! One atom of a state: a proxy that holds the owner, so that what is written to it stays.

use pyo3::exceptions::{PyIndexError, PyOverflowError};
use pyo3::prelude::*;

use crate::memory::borrow;
use crate::state::State;

/// One atom of a state. It has no coordinates of its own: it reads and writes those of the state.
#[pyclass(module = "trajectory", frozen)]
pub struct Atom {
    state: Py<State>,
    index: usize,
}

/// Place `index` among `len`, where negative numbers count from the end.
pub fn resolve(index: isize, len: usize) -> Option<usize> {
    let index = if index < 0 { len.checked_add_signed(index)? } else { index as usize };
    (index < len).then_some(index)
}

impl Atom {
    /// Atom number `index` of a state, or an `IndexError`.
    pub fn of(state: &Bound<'_, State>, index: &Bound<'_, PyAny>) -> PyResult<Self> {
        let len = borrow(state)?.memory.num_atoms();
        let wanted = match index.extract::<isize>() {
            Ok(wanted) => resolve(wanted, len),
            Err(error) if error.is_instance_of::<PyOverflowError>(index.py()) => None,
            Err(error) => return Err(error),
        };
        match wanted {
            Some(index) => Ok(Self { state: state.clone().unbind(), index }),
            None => Err(PyIndexError::new_err(format!("there is no atom {index}: the state has {len} atoms"))),
        }
    }

    /// Coordinate `axis`, as it is now.
    fn get_axis(&self, py: Python<'_>, axis: usize) -> PyResult<f32> {
        let state = borrow(self.state.bind(py))?;
        self.check(state.memory.num_atoms())?;
        Ok(state.memory.get(self.index, axis))
    }

    /// Changes coordinate `axis` in the state.
    fn set_axis(&self, py: Python<'_>, axis: usize, value: f32) -> PyResult<()> {
        let state = borrow(self.state.bind(py))?;
        self.check(state.memory.num_atoms())?;
        state.memory.set(self.index, axis, value);
        Ok(())
    }

    /// The state may have become smaller since.
    fn check(&self, len: usize) -> PyResult<()> {
        if self.index < len {
            return Ok(());
        }
        Err(PyIndexError::new_err(format!("atom {} is gone: the state has {len} atoms now", self.index)))
    }
}

#[pymethods]
impl Atom {
    /// The atom's number in the state, from 0.
    #[getter]
    fn index(&self) -> usize {
        self.index
    }

    /// First coordinate.
    #[getter]
    fn x(&self, py: Python<'_>) -> PyResult<f32> {
        self.get_axis(py, 0)
    }

    /// Second coordinate.
    #[getter]
    fn y(&self, py: Python<'_>) -> PyResult<f32> {
        self.get_axis(py, 1)
    }

    /// Third coordinate.
    #[getter]
    fn z(&self, py: Python<'_>) -> PyResult<f32> {
        self.get_axis(py, 2)
    }

    #[setter]
    fn set_x(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set_axis(py, 0, value)
    }

    #[setter]
    fn set_y(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set_axis(py, 1, value)
    }

    #[setter]
    fn set_z(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set_axis(py, 2, value)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (x, y, z) = (self.x(py)?, self.y(py)?, self.z(py)?);
        Ok(format!("Atom({}, x={x:.4}, y={y:.4}, z={z:.4})", self.index))
    }
}
