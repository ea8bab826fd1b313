//! The analysis as it stands in the textbook, and in the Fortran that it comes from: four nested loops.

use crate::arguments::{Populations, sequence_of};
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The orbitals of each atom as lengths, if they are none below 0 and add up to `n`; else what is wrong with them.
pub fn checked_counts(orbs_per_atom: &[i64], n: usize) -> Result<Vec<usize>, String> {
    todo!("each as usize, or which is negative; and their sum, which must not wrap round")
}

/// `q` and `dq` of each atom, from matrices in C order of n × n items, where n is the sum of `counts`.
pub fn populations(p: &[f64], p0: &[f64], s: &[f64], counts: &[usize]) -> (Vec<f64>, Vec<f64>) {
    todo!("four loops: atoms A, orbitals mu of A, atoms B, orbitals nu of B")
}

/// The items of a matrix in C order, side by side.
fn items<'a>(name: &str, matrix: &'a PyReadonlyArray2<'_, f64>) -> PyResult<&'a [f64]> {
    // `as_slice` alone would accept Fortran order too, and hand out the transposed matrix.
    match matrix.as_slice() {
        Ok(items) if matrix.is_c_contiguous() => Ok(items),
        _ => Err(PyValueError::new_err(format!("{name} must be in C order: pass numpy.ascontiguousarray({name})"))),
    }
}

/// Mulliken populations by four nested loops: `q_A = Σ_{μ∈A} Σ_ν P_μν S_μν`, and `dq_A` the same with `P − P0`.
///
/// `P` (the density matrix), `P0` (the reference density) and `S` (the overlap) are n × n float64 matrices in C order,
/// `orbs_per_atom` holds the number of orbitals of each atom in the order of the rows. Returns two arrays with one item
/// per atom, in electrons.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for a matrix that is not square or not in C order,
/// for shapes that differ, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken_loops<'py>(
    py: Python<'py>,
    P: PyReadonlyArray2<'py, f64>,
    P0: PyReadonlyArray2<'py, f64>,
    S: PyReadonlyArray2<'py, f64>,
    #[pyo3(from_py_with = sequence_of)] orbs_per_atom: Vec<i64>,
) -> PyResult<Populations<'py>> {
    todo!("compare the shapes, check the counts, compute, make two arrays")
}
