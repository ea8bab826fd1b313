//! The state of a system, and a NumPy view of its memory that cannot dangle.

use std::sync::Arc;

use numpy::PyArray2;
use pyo3::prelude::*;

use crate::atom::Atom;
use crate::memory::Memory;

/// The positions of a number of atoms.
#[pyclass(module = "trajectory", weakref)]
pub struct State {
    /// Shared with the views.
    pub memory: Arc<Memory>,
}

/// What a view keeps alive: the `base` of its array.
#[pyclass(module = "trajectory", frozen)]
pub struct Owner {
    _memory: Arc<Memory>,
}

#[pymethods]
impl State {
    #[new]
    fn new(num_atoms: &Bound<'_, PyAny>) -> PyResult<Self> {
        todo!("arrays::count for the number, Memory::zeros for the memory")
    }

    /// How many atoms there are.
    #[getter]
    fn num_atoms(slf: &Bound<'_, Self>) -> PyResult<usize> {
        todo!("borrow the state, ask its memory")
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        todo!("the same number")
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        todo!("State(num_atoms=3)")
    }

    /// The positions: a float32 array of shape (n, 3) that is a view of the state's own memory.
    fn positions<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        todo!("an array over the memory, whose base is an Owner that holds the memory too")
    }

    /// Copies positions into the state: a float32 array of shape (n, 3).
    fn set_positions(slf: &Bound<'_, Self>, positions: &Bound<'_, PyAny>) -> PyResult<()> {
        todo!("arrays::float32, the shape, arrays::rows, Memory::write")
    }

    /// Changes the number of atoms. New ones are at the origin.
    ///
    /// Raises `BufferError` while a view of the positions lives.
    fn resize(slf: &Bound<'_, Self>, num_atoms: &Bound<'_, PyAny>) -> PyResult<()> {
        todo!("new memory, and Arc::get_mut to see whether a view is alive")
    }

    /// Atom number `index`; negative numbers count from the end.
    fn atom(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>) -> PyResult<Atom> {
        Atom::of(slf, index)
    }
}
