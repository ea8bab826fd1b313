//! The same loops over views, which know where each item lies.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use crate::memory;
use ndarray::ArrayView2;
use numpy::{PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::ops::Range;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    let dp = &p - &p0;
    let mut q = vec![0.0; atoms.len()];
    let mut dq = vec![0.0; atoms.len()];
    for (a, rows) in atoms.iter().enumerate() {
        for mu in rows.clone() {
            for nu in 0..s.ncols() {
                q[a] += p[(mu, nu)] * s[(mu, nu)];
                dq[a] += dp[(mu, nu)] * s[(mu, nu)];
            }
        }
    }
    (q, dq)
}

/// Mulliken populations from matrices in any layout, each its own: C or Fortran order, slices, reversed axes.
///
/// `q_A = Σ_{μ∈A} Σ_ν P_μν S_μν`, and `dq_A` the same with `P − P0`, which is made as a matrix first. Nothing else is
/// copied.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken_any_layout<'py>(
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
    memory::check_fits(P.shape())?; // for the temporary
    let (q, dq) = populations(P.as_array(), P0.as_array(), S.as_array(), &atoms);
    Ok((PyArray1::from_vec(py, q), PyArray1::from_vec(py, dq)))
}
