//! A sum for each row of a matrix that stays where it is.

use crate::{layout, memory};
use ndarray::{Array1, ArrayView2, Axis};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// The sum of each row. Any strides will do.
///
/// `sum_axis` walks through memory in the order in which it lies: row by row in a C-ordered matrix, and in a
/// Fortran-ordered one column by column, adding to all sums at once.
pub fn sum_rows(a: ArrayView2<'_, f64>) -> Array1<f64> {
    a.sum_axis(Axis(1))
}

/// The sum of each row of a two-dimensional float64 array of shape (n, m), as a new array of shape (n,).
///
/// Reads the array where it lies, without a copy: any strides, read-only arrays too. A row without items has the sum 0.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for items that are not aligned, and `MemoryError` for
/// more sums than fit.
#[pyfunction]
pub fn row_sums<'py>(py: Python<'py>, a: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    layout::check_aligned(&a)?;
    memory::check_fits(&[a.shape()[0]])?;
    let view = a.as_array();
    let sums = py.detach(|| sum_rows(view));
    Ok(sums.into_pyarray(py))
}
