//! The matrix product, from a library that has spent years on it.

use crate::{layout, memory, team};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Rows per task below which sharing out costs more than it gains.
const MIN_ROWS: usize = 32;

/// The product of `a` (m × k) and `b` (k × n): m × n. Any strides will do.
///
/// # Panics
///
/// If the inner dimensions differ.
pub fn multiply(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    multiply_into(a, b, product.view_mut());
    product
}

/// Shares the rows of `product` out, one task for each thread. Fewer and larger tasks are better here: the kernel packs
/// all of `b` anew for each.
fn multiply_into(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, mut product: ArrayViewMut2<'_, f64>) {
    if product.nrows() < product.ncols() {
        // (A B)ᵀ = Bᵀ Aᵀ, and transposing a view is free: now the rows are the longer side.
        return multiply_into(b.reversed_axes(), a.reversed_axes(), product.reversed_axes());
    }
    let rows = product.nrows().div_ceil(rayon::current_num_threads()).max(MIN_ROWS);
    let tasks = product.axis_chunks_iter_mut(Axis(0), rows).zip(a.axis_chunks_iter(Axis(0), rows));
    team::map(tasks, |(mut product, a)| general_mat_mul(1.0, &a, &b, 0.0, &mut product));
}

/// The matrix product of two two-dimensional float64 arrays, (m, k) times (k, n), as a new array of shape (m, n).
///
/// Other Python threads may run meanwhile. With k = 0 the product is all zeros.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for inner dimensions that differ or items that are not
/// aligned, and `MemoryError` for a product that does not fit.
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
    let shape = [a.shape()[0], b.shape()[1]];
    memory::check_fits(&shape)?;
    let (a, b) = (a.as_array(), b.as_array());
    // An array that NumPy makes: for a large one it asks the system for large pages, which are handed out faster.
    let product = PyArray2::zeros(py, shape, false);
    let mut writable = product.try_readwrite()?;
    let view = writable.as_array_mut();
    py.detach(|| multiply_into(a, b, view));
    drop(writable);
    Ok(product)
}
