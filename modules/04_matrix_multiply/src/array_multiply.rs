//! A new array from two others, element by element.

use crate::layout;
use numpy::{PyArrayDyn, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// The products of the items of two float64 arrays of the same shape.
///
/// Raises `TypeError` for another dtype, `ValueError` for shapes that differ or items that are not aligned, and
/// `MemoryError` for a result that does not fit.
#[pyfunction]
pub fn array_multiply<'py>(
    py: Python<'py>,
    a: PyReadonlyArrayDyn<'py, f64>,
    b: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    layout::check_aligned(&a)?;
    layout::check_aligned(&b)?;
    todo!("compare the shapes, multiply the views, hand the result to NumPy")
}
