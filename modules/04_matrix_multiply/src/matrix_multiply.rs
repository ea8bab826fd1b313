//! The matrix product, written out: rows in parallel, in an order that the cache likes.

use crate::layout;
use ndarray::{Array2, ArrayView2};
use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::prelude::*;

/// The product of `a` (m × k) and `b` (k × n): m × n. Any strides will do. The inner dimensions must agree.
pub fn multiply(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    todo!("rows in parallel; each is a sum of multiples of rows of b")
}

/// The matrix product of two two-dimensional float64 arrays.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for inner dimensions that differ or items that are not
/// aligned, and `MemoryError` for a product that does not fit.
#[pyfunction]
pub fn matrix_multiply<'py>(
    py: Python<'py>,
    a: PyReadonlyArray2<'py, f64>,
    b: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    layout::check_aligned(&a)?;
    layout::check_aligned(&b)?;
    todo!("compare the inner dimensions, detach for the product, hand the result to NumPy")
}
