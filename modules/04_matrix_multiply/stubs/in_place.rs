//! Writing into arrays that belong to Python.

use crate::layout;
use numpy::PyArrayDyn;
use pyo3::prelude::*;

/// Multiplies each item of a float64 array of any dimension by `factor`.
///
/// Raises `TypeError` for another dtype, and `ValueError` for an array that is read-only, in use, or not aligned, or
/// whose items share memory.
#[pyfunction]
pub fn scale_in_place(py: Python<'_>, a: &Bound<'_, PyArrayDyn<f64>>, factor: f64) -> PyResult<()> {
    layout::check_aligned(a)?;
    todo!("check the items, borrow with try_readwrite, multiply through as_array_mut")
}

/// Adds each item of `a` to the item of `out` at the same place. Both are float64 arrays of the same shape.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for shapes that differ, for arrays that share memory or
/// are not aligned, and for an `out` that is read-only, in use, or whose items share memory.
#[pyfunction]
pub fn add_into(py: Python<'_>, out: &Bound<'_, PyArrayDyn<f64>>, a: &Bound<'_, PyArrayDyn<f64>>) -> PyResult<()> {
    layout::check_aligned(a)?;
    todo!("compare the shapes, check the layouts, borrow both, add")
}
