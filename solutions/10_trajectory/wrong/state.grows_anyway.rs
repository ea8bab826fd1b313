//! wrong: new memory takes the place of the old one, and the arrays look at what nobody writes to any more
//! fails: test_no_resize_while_a_view_lives
//! says: BufferError

use std::sync::Arc;

use ndarray::ArrayView2;
use numpy::{PyArray2, PyUntypedArrayMethods};
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
        let py = slf.py();
        let memory = Arc::clone(&borrow(slf)?.memory);
        let (shape, first) = ((memory.num_atoms(), 3), memory.as_ptr());
        let owner = Bound::new(py, Owner { _memory: memory })?;
        // SAFETY: `first` leads to 3n aligned numbers, as `Memory` promises. Their address never changes, and they live as
        // long as any `Arc` of them. The view itself is gone at the end of this function; the array that is made of it
        // keeps `owner`, which holds such an `Arc`, as its base.
        let view = unsafe { ArrayView2::from_shape_ptr(shape, first) };
        // SAFETY: as above.
        Ok(unsafe { PyArray2::borrow_from_array(&view, owner.into_any()) })
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
        let mut kept = this.memory.read();
        kept.truncate(grown.num_atoms());
        grown.write(&kept);
        this.memory = Arc::new(grown);
        Ok(())
    }

    /// Atom number `index`; negative numbers count from the end.
    fn atom(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>) -> PyResult<Atom> {
        Atom::of(slf, index)
    }
}
