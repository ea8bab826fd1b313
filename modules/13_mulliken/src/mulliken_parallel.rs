//! The atoms shared out among all cores, while Python's other threads run on.

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use ndarray::ArrayView2;
use numpy::PyReadonlyArray2;
use pyo3::prelude::*;
use std::ops::Range;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
///
/// The bits of the result do not depend on the number of threads.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    todo!("as in mulliken_fused, with the atoms in parallel")
}

/// Mulliken populations on all cores, with the same bits whatever their number.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory, and for counts that are negative or do not add up to n.
#[allow(non_snake_case, reason = "P, P0 and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn mulliken_parallel<'py>(
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
    todo!("take the views, compute detached, make two arrays")
}
