//! Module 13: Mulliken's population analysis, from four nested loops to a kernel that keeps up with the memory.
//!
//! One file per exercise, each with a function of its own; they can be solved in any order. They share three modules:
//! [`layout`] checks an array before ndarray looks at it, [`memory`] asks whether a new array gets its memory, and
//! [`arguments`] reads the arguments and checks them.

pub mod atomic_charges;
pub mod memory;
pub mod mulliken;
pub mod mulliken_any_layout;
pub mod mulliken_fused;
pub mod mulliken_loops;
pub mod mulliken_parallel;

/// Mulliken populations: the electrons of a molecule, shared out among its atoms.
#[pyo3::pymodule(name = "mulliken")]
mod python {
    #[pymodule_export]
    use super::atomic_charges::{atomic_charges, electron_count};
    #[pymodule_export]
    use super::mulliken::mulliken;
    #[pymodule_export]
    use super::mulliken_any_layout::mulliken_any_layout;
    #[pymodule_export]
    use super::mulliken_fused::mulliken_fused;
    #[pymodule_export]
    use super::mulliken_loops::mulliken_loops;
    #[pymodule_export]
    use super::mulliken_parallel::mulliken_parallel;
}

/// A check of a NumPy array's memory, before ndarray looks at it.
pub mod layout {
    use ndarray::Dimension;
    use numpy::{PyArray, PyUntypedArrayMethods};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;

    /// Refuses an array whose items are not where `as_array` would look for them.
    ///
    /// NumPy counts strides in bytes and allows any; ndarray counts them in items. In a field of a packed record, a stride
    /// may be one item and a half, and items may lie at addresses that Rust cannot use.
    ///
    /// # Errors
    ///
    /// `ValueError` for such an array.
    pub fn check_aligned<D: Dimension>(array: &Bound<'_, PyArray<f64, D>>) -> PyResult<()> {
        // NumPy's flag asks for strides that fit the type's alignment, which may be smaller than its size.
        let whole_items = array.strides().iter().all(|stride| stride % size_of::<f64>() as isize == 0);
        if array.is_aligned() && whole_items {
            return Ok(());
        }
        Err(PyValueError::new_err(
            "the items are not aligned in memory (a field of a packed record?): pass a copy of the array",
        ))
    }
}

/// The arguments of all versions but the first, which checks them itself: that is its exercise.
pub mod arguments {
    use numpy::{PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
    use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
    use pyo3::prelude::*;
    use std::ops::Range;

    /// The result of every version: `q` and `dq`, one item per atom.
    pub type Populations<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

    /// The number of orbitals of each atom: a list or another sequence of ints, or an array of any integer type.
    pub struct OrbsPerAtom(Vec<i64>);

    impl<'a, 'py> FromPyObject<'a, 'py> for OrbsPerAtom {
        type Error = PyErr;

        fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
            // An int64 array is read as one block of memory. The general way makes a Python object of each of its
            // items, which takes longer than the analysis of a small molecule.
            if let Ok(array) = object.cast::<PyArray1<i64>>()
                && array.is_aligned()
            {
                let array = array.try_readonly().map_err(|error| PyValueError::new_err(error.to_string()))?;
                return Ok(Self(array.as_array().to_vec()));
            }
            sequence_of(&object).map(Self)
        }
    }

    /// The items of a sequence. Use it in a signature: `#[pyo3(from_py_with = sequence_of)] NAME: Vec<TYPE>`.
    ///
    /// If a parameter is a plain `Vec`, PyO3 makes room for `len()` items before it looks at the first one, and the process
    /// ends if there is not so much memory: `range(10**14)` has that length. This asks first.
    ///
    /// # Errors
    ///
    /// `MemoryError` for more items than fit, and else what PyO3's own conversion raises.
    pub fn sequence_of<'py, T: FromPyObjectOwned<'py>>(sequence: &Bound<'py, PyAny>) -> PyResult<Vec<T>> {
        match sequence.len() {
            Ok(length) => Vec::<T>::new()
                .try_reserve_exact(length)
                .map_err(|error| PyMemoryError::new_err(format!("{length} items: {error}")))?,
            // This object has no length, so it is not a sequence. The conversion below has the better message for that.
            Err(error) if error.is_instance_of::<PyTypeError>(sequence.py()) => {}
            Err(error) => return Err(error),
        }
        sequence.extract()
    }

    /// The rows of each atom: for the counts 5, 5 and 1 they are 0..5, 5..10 and 10..11.
    ///
    /// # Errors
    ///
    /// `ValueError` if a matrix is not square, if the shapes differ, if a count is negative, or if the counts do not add
    /// up to the number of rows.
    pub fn rows_of_atoms(
        p: &Bound<'_, PyArray2<f64>>,
        p0: &Bound<'_, PyArray2<f64>>,
        s: &Bound<'_, PyArray2<f64>>,
        orbs_per_atom: &OrbsPerAtom,
    ) -> PyResult<Vec<Range<usize>>> {
        let shape = p.shape();
        if p0.shape() != shape || s.shape() != shape {
            return Err(PyValueError::new_err(format!(
                "P, P0 and S must have the same shape, not {shape:?}, {:?} and {:?}",
                p0.shape(),
                s.shape()
            )));
        }
        if shape[0] != shape[1] {
            return Err(PyValueError::new_err(format!("P, P0 and S must be square, not {shape:?}")));
        }
        let mut end = 0_usize;
        let mut rows = Vec::with_capacity(orbs_per_atom.0.len());
        for (atom, &count) in orbs_per_atom.0.iter().enumerate() {
            let count = usize::try_from(count).map_err(|_| {
                PyValueError::new_err(format!("orbs_per_atom[{atom}] is {count}: an atom cannot have fewer than 0"))
            })?;
            let start = end;
            // Absurd counts may add up to more than fits; they must not wrap round to the right number.
            end = end.saturating_add(count);
            rows.push(start..end);
        }
        if end == shape[0] {
            return Ok(rows);
        }
        Err(PyValueError::new_err(format!("orbs_per_atom adds up to {end}, but P, P0 and S have {} rows", shape[0])))
    }
}
