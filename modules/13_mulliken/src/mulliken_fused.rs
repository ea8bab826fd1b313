//! One pass over the matrices: each item is read once, used for `q` and for `dq`, and forgotten.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use ndarray::ArrayView2;
use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use std::ops::Range;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
///
/// Allocates nothing but the results.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    todo!("for each atom one fold over its rows of all three matrices")
}

/// Mulliken populations in one pass over matrices in any layout, with no more memory than the results take.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken_fused<'py>(
    py: Python<'py>,
    P: PyReadonlyArray2<'py, f64>,
    P0: PyReadonlyArray2<'py, f64>,
    S: PyReadonlyArray2<'py, f64>,
    orbs_per_atom: OrbsPerAtom,
) -> PyResult<Populations<'py>> {
    let atoms = rows_of_atoms(&P, &P0, &S, &orbs_per_atom)?;
    for matrix in [&P, &P0, &S] {
        check_aligned(matrix)?;
    }
    let (q, dq) = populations(P.as_array(), P0.as_array(), S.as_array(), &atoms);
    Ok((PyArray1::from_vec(py, q), PyArray1::from_vec(py, dq)))
}
