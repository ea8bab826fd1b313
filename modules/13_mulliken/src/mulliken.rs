//! The analysis as fast as the memory delivers the matrices, and at home in small ones.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use ndarray::ArrayView2;
use numpy::PyReadonlyArray2;
use pyo3::prelude::*;
use std::ops::Range;

/// Independent accumulators of each sum.
const LANES: usize = 8;

/// Items of a matrix up to which one thread is done before a second would have begun.
const SMALL: usize = 128 * 128;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
///
/// The bits of the result do not depend on the number of threads.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    todo!("rows in lanes, in parallel where there is enough to do; then the rows of each atom")
}

/// Mulliken populations: how many electrons belong to each atom, and how many more than in the reference density.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken<'py>(
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
    todo!("detached, but not for small matrices; PyArray1::from_slice for the results")
}
