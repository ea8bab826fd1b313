//! wrong: gives a copy of the positions, so what is written to it is lost
//! fails: test_what_is_written_to_a_view_is_in_the_state
//! says: must be a view

use std::sync::Arc;

use numpy::{PyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;

use crate::arrays;
use crate::atom::Atom;
use crate::memory::{Memory, borrow, borrow_mut};

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
        Ok(Self { memory: Arc::new(Memory::zeros(arrays::count(num_atoms, "num_atoms")?)?) })
    }

    /// How many atoms there are.
    #[getter]
    fn num_atoms(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Ok(borrow(slf)?.memory.num_atoms())
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Self::num_atoms(slf)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("State(num_atoms={})", Self::num_atoms(slf)?))
    }

    /// The positions: a float32 array of shape (n, 3) that is a view of the state's own memory.
    fn positions<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        crate::arrays::to_array(slf.py(), borrow(slf)?.memory.read())
    }

    /// Copies positions into the state: a float32 array of shape (n, 3).
    fn set_positions(slf: &Bound<'_, Self>, positions: &Bound<'_, PyAny>) -> PyResult<()> {
        let array = arrays::float32(positions)?;
        let this = borrow(slf)?;
        let expected = [this.memory.num_atoms(), 3];
        if array.shape() != expected {
            return Err(arrays::wrong_shape(&arrays::shape_text(&expected), array.shape()));
        }
        // Copied first: the array may be a view of this very memory, in another order.
        this.memory.write(&arrays::rows(&array)?);
        Ok(())
    }

    /// Changes the number of atoms. New ones are at the origin.
    ///
    /// Raises `BufferError` while a view of the positions lives.
    fn resize(slf: &Bound<'_, Self>, num_atoms: &Bound<'_, PyAny>) -> PyResult<()> {
        let grown = Memory::zeros(arrays::count(num_atoms, "num_atoms")?)?;
        let mut this = borrow_mut(slf)?;
        let Some(memory) = Arc::get_mut(&mut this.memory) else {
            return Err(PyBufferError::new_err(
                "a view of the positions is alive: delete it, or work on a copy of it, before you resize the state",
            ));
        };
        let mut kept = memory.read();
        kept.truncate(grown.num_atoms());
        grown.write(&kept);
        *memory = grown;
        Ok(())
    }

    /// Atom number `index`; negative numbers count from the end.
    fn atom(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>) -> PyResult<Atom> {
        Atom::of(slf, index)
    }
}
