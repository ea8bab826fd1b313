//! From populations to charges, and what physics says about them.

use crate::arguments::sequence_of;
use ndarray::ArrayView2;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// How far the charges may be from the total charge, in electrons: far more than rounding, far less than an electron.
const TOLERANCE: f64 = 1e-6;

/// The trace of the product of two square matrices of one size, without the product: `Σ_μ Σ_ν P_μν S_νμ`.
pub fn trace_of_product(p: ArrayView2<'_, f64>, s: ArrayView2<'_, f64>) -> f64 {
    todo!("items of p with items of the transposed s")
}

/// The number of electrons in a density matrix: tr(P S).
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for matrices that are not square, of different
/// shapes, or not aligned in memory.
#[allow(non_snake_case, reason = "P and S are the names in the field, and keywords in Python")]
#[pyfunction]
pub fn electron_count(py: Python<'_>, P: PyReadonlyArray2<'_, f64>, S: PyReadonlyArray2<'_, f64>) -> PyResult<f64> {
    todo!("compare the shapes, check the layout, compute detached")
}

/// The charge of each atom: what its nucleus has, less its electrons, in units of the elementary charge.
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
    todo!("compare the lengths, subtract, hold the sum against total_charge")
}
