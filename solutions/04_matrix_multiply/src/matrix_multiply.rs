//! The matrix product, written out: rows in parallel, in an order that the cache likes.

use crate::{layout, memory};
use ndarray::{Array2, ArrayView2, Axis};
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The product of `a` (m × k) and `b` (k × n): m × n. Any strides will do.
///
/// Row i of the product is the sum of the rows of `b`, each times an item of row i of `a`. So all inner loops run along
/// rows, through memory from front to back, and the compiler can use vector instructions.
///
/// # Panics
///
/// If the inner dimensions differ.
pub fn multiply(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    assert_eq!(a.ncols(), b.nrows(), "the inner dimensions differ");
    // Each row of b is read once for each row of a: worth a copy if its items do not lie side by side.
    let b = b.as_standard_layout();
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    (product.axis_iter_mut(Axis(0)), a.axis_iter(Axis(0))).into_par_iter().for_each(|(mut sums, factors)| {
        for (&factor, row) in factors.iter().zip(b.rows()) {
            sums.scaled_add(factor, &row);
        }
    });
    product
}

/// The matrix product of two two-dimensional float64 arrays, (m, k) times (k, n), as a new array of shape (m, n).
///
/// Other Python threads may run meanwhile. With k = 0 the product is all zeros.
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
    if a.shape()[1] != b.shape()[0] {
        return Err(PyValueError::new_err(format!(
            "cannot multiply {:?} by {:?}: the inner dimensions differ",
            a.shape(),
            b.shape()
        )));
    }
    memory::check_fits(&[a.shape()[0], b.shape()[1]])?;
    if !b.is_c_contiguous() {
        memory::check_fits(b.shape())?; // Its copy in C order.
    }
    let (a, b) = (a.as_array(), b.as_array());
    let product = py.detach(|| multiply(a, b));
    Ok(product.into_pyarray(py))
}
