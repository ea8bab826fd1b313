//! wrong: `dot` without a look at the shapes: it panics, and `except Exception` does not catch that.
//! fails: test_inner_dimensions
//! says: PanicException is no Exception

use crate::layout;
use ndarray::{Array2, ArrayView2};
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2};
use pyo3::prelude::*;

/// The product of `a` and `b`.
pub fn multiply(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    a.dot(&b)
}

/// The matrix product of two two-dimensional float64 arrays, (m, k) times (k, n), as a new array of shape (m, n).
///
/// Other Python threads may run meanwhile. With k = 0 the product is all zeros.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for inner dimensions that differ or items that
/// are not aligned.
#[pyfunction]
pub fn matrix_multiply_fast<'py>(
    py: Python<'py>,
    a: PyReadonlyArray2<'py, f64>,
    b: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    layout::check_aligned(&a)?;
    layout::check_aligned(&b)?;
    let (a, b) = (a.as_array(), b.as_array());
    let product = py.detach(|| multiply(a, b));
    Ok(product.into_pyarray(py))
}
