//! The coordinates of a state: memory that Rust and NumPy look at together. This file is given.

use std::sync::atomic::{AtomicU32, Ordering};

use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::prelude::*;

use crate::state::State;

/// Three coordinates for each atom, one atom after the other, at an address that never changes.
///
/// Python writes to this memory through arrays whenever it likes. A plain `[f32]` would promise rustc that nobody does.
/// So Rust reads and writes each coordinate as an atomic of the same size: to the processor that is an ordinary load or
/// store, and to rustc it is a value that may change at any time.
pub struct Memory {
    cells: Box<[AtomicU32]>,
}

impl Memory {
    /// Room for so many atoms, all at the origin, or a `MemoryError`.
    pub fn zeros(num_atoms: u64) -> PyResult<Self> {
        let too_many = || PyMemoryError::new_err(format!("there is no memory for {num_atoms} atoms"));
        let count = num_atoms.checked_mul(3).and_then(|count| usize::try_from(count).ok()).ok_or_else(too_many)?;
        let mut cells = Vec::new();
        cells.try_reserve_exact(count).map_err(|_| too_many())?;
        cells.resize_with(count, || AtomicU32::new(0));
        Ok(Self { cells: cells.into_boxed_slice() })
    }

    /// How many atoms there are.
    pub fn num_atoms(&self) -> usize {
        self.cells.len() / 3
    }

    /// The address of the first coordinate. It is valid for as long as this `Memory` lives.
    pub fn as_ptr(&self) -> *const f32 {
        // An atomic has the size and the alignment of its number. Writing through the pointer is allowed, because an
        // atomic may change behind a shared reference.
        self.cells.as_ptr().cast()
    }

    /// Coordinate `axis` of an atom.
    pub fn get(&self, atom: usize, axis: usize) -> f32 {
        f32::from_bits(self.cells[3 * atom + axis].load(Ordering::Relaxed))
    }

    /// Changes coordinate `axis` of an atom.
    pub fn set(&self, atom: usize, axis: usize, value: f32) {
        self.cells[3 * atom + axis].store(value.to_bits(), Ordering::Relaxed);
    }

    /// A copy of all positions.
    pub fn read(&self) -> Vec<[f32; 3]> {
        (0..self.num_atoms()).map(|atom| [0, 1, 2].map(|axis| self.get(atom, axis))).collect()
    }

    /// Changes the positions of the first `positions.len()` atoms.
    pub fn write(&self, positions: &[[f32; 3]]) {
        for (atom, position) in positions.iter().enumerate() {
            for (axis, &value) in position.iter().enumerate() {
                self.set(atom, axis, value);
            }
        }
    }
}

/// The state, to read or to write its coordinates, or a `RuntimeError` while a run has it.
pub fn borrow<'py>(state: &Bound<'py, State>) -> PyResult<PyRef<'py, State>> {
    state.try_borrow().map_err(|_| in_use())
}

/// The state for a run, or for a change of its size; nobody else can use it meanwhile. `RuntimeError` if somebody does.
pub fn borrow_mut<'py>(state: &Bound<'py, State>) -> PyResult<PyRefMut<'py, State>> {
    state.try_borrow_mut().map_err(|_| in_use())
}

fn in_use() -> PyErr {
    PyRuntimeError::new_err("the state is in use by a simulation that is running: use it when `run` has returned")
}
