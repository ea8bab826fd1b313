//! A sum for each row of a matrix that stays where it is.

use crate::{layout, memory};
use ndarray::{Array1, ArrayView2};
use numpy::{PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// The sum of each row. Any strides will do.
pub fn sum_rows(a: ArrayView2<'_, f64>) -> Array1<f64> {
    todo!("the sum along the second axis")
}

/// The sum of each row of a two-dimensional float64 array, read where it lies.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for items that are not aligned, and `MemoryError` for
/// more sums than fit.
#[pyfunction]
pub fn row_sums<'py>(py: Python<'py>, a: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    layout::check_aligned(&a)?;
    memory::check_fits(&[a.shape()[0]])?;
    todo!("take the view, detach for the sums, hand the result to NumPy")
}
