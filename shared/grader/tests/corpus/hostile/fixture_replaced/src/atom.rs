//! An atom that reads and writes as it should, and a fixture of the module that the first read coordinate replaces.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

use crate::memory::borrow;
use crate::state::State;

#[pyclass(module = "trajectory", frozen)]
pub struct Atom {
    state: Py<State>,
    #[pyo3(get)]
    index: usize,
}

pub fn resolve(index: isize, len: usize) -> Option<usize> {
    usize::try_from(index).ok().filter(|index| *index < len)
}

impl Atom {
    pub fn of(state: &Bound<'_, State>, index: &Bound<'_, PyAny>) -> PyResult<Self> {
        let len = borrow(state)?.memory.num_atoms();
        let index = resolve(index.extract()?, len).ok_or_else(|| PyIndexError::new_err("no such atom"))?;
        Ok(Self { state: state.clone().unbind(), index })
    }

    fn get(&self, py: Python<'_>, axis: usize) -> PyResult<f32> {
        py.import("trajectory")?.setattr("_while_running", py.eval(c"lambda state, meanwhile: None", None, None)?)?;
        Ok(borrow(self.state.bind(py))?.memory.get(self.index, axis))
    }

    fn set(&self, py: Python<'_>, axis: usize, value: f32) -> PyResult<()> {
        borrow(self.state.bind(py))?.memory.set(self.index, axis, value);
        Ok(())
    }
}

#[pymethods]
impl Atom {
    #[getter]
    fn x(&self, py: Python<'_>) -> PyResult<f32> {
        self.get(py, 0)
    }

    #[getter]
    fn y(&self, py: Python<'_>) -> PyResult<f32> {
        self.get(py, 1)
    }

    #[getter]
    fn z(&self, py: Python<'_>) -> PyResult<f32> {
        self.get(py, 2)
    }

    #[setter]
    fn set_x(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set(py, 0, value)
    }

    #[setter]
    fn set_y(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set(py, 1, value)
    }

    #[setter]
    fn set_z(&self, py: Python<'_>, value: f32) -> PyResult<()> {
        self.set(py, 2, value)
    }
}
