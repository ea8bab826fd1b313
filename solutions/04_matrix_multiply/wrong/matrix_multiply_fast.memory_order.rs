//! wrong: makes matrices of slices: `as_slice` accepts Fortran order too, and then rows and columns are swapped.
//! fails: test_any_two_layouts
//! says: row and column are swapped

use crate::layout;
use ndarray::{Array2, ArrayView2};
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
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
    if a.shape()[1] != b.shape()[0] {
        return Err(PyValueError::new_err(format!(
            "cannot multiply {:?} by {:?}: the inner dimensions differ",
            a.shape(),
            b.shape()
        )));
    }
    let wrong_size = |error: ndarray::ShapeError| PyValueError::new_err(error.to_string());
    let a = ArrayView2::from_shape((a.shape()[0], a.shape()[1]), a.as_slice()?).map_err(wrong_size)?;
    let b = ArrayView2::from_shape((b.shape()[0], b.shape()[1]), b.as_slice()?).map_err(wrong_size)?;
    let product = py.detach(|| multiply(a, b));
    Ok(product.into_pyarray(py))
}
