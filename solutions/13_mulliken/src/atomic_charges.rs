//! From populations to charges, and what physics says about them.

use crate::arguments::sequence_of;
use crate::layout::check_aligned;
use ndarray::{ArrayView2, Zip};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// How far the charges may be from the total charge, in electrons: far more than rounding, far less than an electron.
const TOLERANCE: f64 = 1e-6;

/// The trace of the product of two square matrices of one size, without the product: `Σ_μ Σ_ν P_μν S_νμ`.
pub fn trace_of_product(p: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>) -> f64 {
    Zip::from(p).and(s.t()).fold(0.0, |sum, &p, &s| sum + p * s)
}

/// The number of electrons in a density matrix: tr(P S), summed without the product of the matrices.
///
/// `P` and `S` are n × n float64 matrices in any layout. Other Python threads may run meanwhile.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory.
#[allow(non_snake_case, reason = "P and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn electron_count(py: Python<'_>, P: PyReadonlyArray2<'_, f64>, S: PyReadonlyArray2<'_, f64>) -> PyResult<f64> {
    if P.shape() != S.shape() || P.shape()[0] != P.shape()[1] {
        return Err(PyValueError::new_err(format!(
            "P and S must be square and of the same shape, not {:?} and {:?}",
            P.shape(),
            S.shape()
        )));
    }
    for matrix in [&P, &S] {
        check_aligned(matrix)?;
    }
    let (p, s) = (P.as_array(), S.as_array());
    Ok(py.detach(|| trace_of_product(p, s)))
}

/// The charge of each atom: what its nucleus has, less its electrons, in units of the elementary charge.
///
/// `q` is a one-dimensional float64 array of populations, as `mulliken` returns it; `nuclear_charges` holds the nuclei's
/// charges, 6 for carbon (or less, if part of the electrons are in an effective core potential). The charges must add up
/// to `total_charge`, within 10⁻⁶: where they do not, P and S do not belong together, or P holds one spin only.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` if there are more or fewer populations than nuclei,
/// or if the charges do not add up to `total_charge`.
#[pyfunction]
#[pyo3(signature = (q, nuclear_charges, *, total_charge=0.0))]
pub fn atomic_charges<'py>(
    py: Python<'py>,
    q: PyReadonlyArray1<'py, f64>,
    #[pyo3(from_py_with = sequence_of)] nuclear_charges: Vec<f64>,
    total_charge: f64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    check_aligned(&q)?;
    if q.len() != nuclear_charges.len() {
        return Err(PyValueError::new_err(format!(
            "there are {} populations, but {} nuclear charges",
            q.len(),
            nuclear_charges.len()
        )));
    }
    let charges: Vec<f64> = nuclear_charges.iter().zip(q.as_array()).map(|(nucleus, q)| nucleus - q).collect();
    let sum = charges.iter().fold(0.0, |sum, charge| sum + charge);
    // Written so that NaN is refused too: no comparison with it is true.
    if (sum - total_charge).abs() <= TOLERANCE {
        return Ok(PyArray1::from_vec(py, charges));
    }
    Err(PyValueError::new_err(format!(
        "the charges add up to {sum:.6}, not to {total_charge:.6}: do P and S belong together, and does P hold both spins?"
    )))
}
