//! wrong: stays attached to the interpreter while it computes: all other Python threads stand still.
//! fails: test_other_threads_run_meanwhile
//! says: ran attached

use crate::arguments::{OrbsPerAtom, Populations, rows_of_atoms};
use crate::layout::check_aligned;
use ndarray::{ArrayView2, Zip, s};
use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use rayon::prelude::*;
use std::ops::Range;

/// `q` and `dq` of each atom. `atoms` holds the rows of each; any strides will do.
///
/// One thread adds up all of an atom, in one order. So the bits of the result do not depend on the number of threads.
pub fn populations(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    atoms
        .par_iter()
        .map(|rows| {
            let rows = s![rows.clone(), ..];
            Zip::from(p.slice(rows))
                .and(p0.slice(rows))
                .and(s.slice(rows))
                .fold((0.0, 0.0), |(q, dq), &p, &p0, &s| (q + p * s, dq + (p - p0) * s))
        })
        .unzip()
}

/// Mulliken populations on all cores, with the same bits whatever their number.
///
/// `q_A = Σ_{μ∈A} Σ_ν P_μν S_μν`, and `dq_A` the same with `P − P0`. Matrices in any layout are read where they lie.
/// Other Python threads may run meanwhile; one that writes to a matrix during the call makes the result meaningless.
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
    let (p, p0, s) = (P.as_array(), P0.as_array(), S.as_array());
    let (q, dq) = populations(p, p0, s, &atoms);
    Ok((PyArray1::from_vec(py, q), PyArray1::from_vec(py, dq)))
}
