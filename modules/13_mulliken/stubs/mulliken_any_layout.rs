//! The same loops over views, which know where each item lies.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::memory;
use ndarray::ArrayView2;
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::ops::Range;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    todo!("the loops again, with p[(mu, nu)]")
}

/// Mulliken populations from matrices in any layout, each its own: C or Fortran order, slices, reversed axes.
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
    memory::check_fits(P.shape())?; // for the temporary
    todo!("check that each matrix is aligned, compute with views, make two arrays")
}
