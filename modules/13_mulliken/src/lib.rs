//! Module 13: Mulliken's population analysis, from four nested loops to a kernel that keeps up with the memory.
//!
//! One file per exercise, each with a function of its own; they can be solved in any order. What they share is here:
//! what must hold before ndarray may look at an array ([`layout`]), the arguments, checked ([`arguments`]), and wide vector
//! instructions ([`processor`]).

pub mod atomic_charges;
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

/// What must hold before ndarray may look at a NumPy array's memory.
pub mod layout {
    use ndarray::Dimension;
    use numpy::{PyArray, PyUntypedArrayMethods};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;

    /// Refuses an array whose items are not where `as_array` would look for them.
    ///
    /// NumPy counts strides in bytes and allows any; ndarray counts them in items. A field of a packed record has
    /// strides that are no whole number of items, and its items may lie at addresses that Rust cannot use.
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
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use std::ops::Range;

    /// What every version returns: `q` and `dq`, one item per atom.
    pub type Populations<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

    /// How many orbitals each atom has: a list or another sequence of ints, or an array of any integer type.
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
            object.extract().map(Self)
        }
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

/// The processor's vector instructions, chosen when the code runs. For `mulliken`, and not needed to pass its tests.
pub mod processor {
    /// A loop that is worth compiling more than once.
    pub trait Kernel {
        /// What the loop gives.
        type Output;

        /// The loop. Mark it `#[inline(always)]`, and every function of yours that it calls: only what is compiled as part
        /// of it gets the wider instructions.
        fn run(self) -> Self::Output;
    }

    /// Runs a loop in the version that was compiled for the widest vector instructions that this processor has.
    ///
    /// An extension is compiled for the oldest processor that it shall run on; for x86-64 that means vectors of two
    /// floats. This compiles the loop for four (AVX2) and eight (AVX-512) as well. Rust never merges a multiplication and
    /// an addition into one rounding, so all versions give the same bits. Elsewhere there is one version only.
    pub fn on_widest_vectors<K: Kernel>(kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                // SAFETY: this processor has AVX-512, which is all that `with_avx512` asks for.
                return unsafe { with_avx512(kernel) };
            }
            if is_x86_feature_detected!("avx2") {
                // SAFETY: this processor has AVX2, which is all that `with_avx2` asks for.
                return unsafe { with_avx2(kernel) };
            }
        }
        kernel.run()
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
}
