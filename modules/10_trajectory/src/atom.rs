//! One atom of a state: a proxy that holds the owner, so that what is written to it stays.

use pyo3::prelude::*;

use crate::state::State;

/// One atom of a state. It has no coordinates of its own: it reads and writes those of the state.
#[pyclass(module = "trajectory", frozen)]
pub struct Atom {
    state: Py<State>,
    index: usize,
}

/// Place `index` among `len`, where negative numbers count from the end.
pub fn resolve(index: isize, len: usize) -> Option<usize> {
    todo!("negative numbers count from the end; None for a place that is not there")
}

impl Atom {
    /// Atom number `index` of a state, or an `IndexError`.
    pub fn of(state: &Bound<'_, State>, index: &Bound<'_, PyAny>) -> PyResult<Self> {
        todo!("the state and the index, or IndexError")
    }

    /// Coordinate `axis`, as it is now.
    fn get_axis(&self, py: Python<'_>, axis: usize) -> PyResult<f32> {
        todo!("borrow the state, look whether the atom is still there, read the memory")
    }

    /// Changes coordinate `axis` in the state.
    fn set_axis(&self, py: Python<'_>, axis: usize, value: f32) -> PyResult<()> {
        todo!("the same, and write")
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
        todo!("Atom(0, x=1.0000, y=2.0000, z=3.0000)")
    }
}
