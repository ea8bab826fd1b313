//! wrong: leaves overlaps to the borrow check alone, which knows nothing of two arrays over one buffer.
//! fails: test_two_arrays_over_one_buffer
//! says: compares addresses

use crate::layout;
use ndarray::Zip;
use numpy::{BorrowError, PyArrayDyn, PyArrayMethods, PyReadwriteArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Borrows an array for writing, if each of its items is a place of its own that Rust may write to.
fn writable<'py>(array: &Bound<'py, PyArrayDyn<f64>>) -> PyResult<PyReadwriteArrayDyn<'py, f64>> {
    layout::check_aligned(array)?;
    layout::check_distinct_items(array)?;
    array.try_readwrite().map_err(|error| match error {
        BorrowError::NotWriteable => PyValueError::new_err("the array is read-only"),
        other => in_use(other),
    })
}

/// Another thread is in the middle of a call with the same memory.
fn in_use(error: BorrowError) -> PyErr {
    PyValueError::new_err(format!("the array is in use by another call: {error}"))
}

/// Multiplies each item of a float64 array of any dimension by `factor`.
///
/// Raises `TypeError` for another dtype, and `ValueError` for an array that is read-only, in use, or not aligned, or
/// whose items share memory.
#[pyfunction]
pub fn scale_in_place(py: Python<'_>, a: &Bound<'_, PyArrayDyn<f64>>, factor: f64) -> PyResult<()> {
    let mut a = writable(a)?;
    let mut view = a.as_array_mut();
    py.detach(|| view.map_inplace(|x| *x *= factor));
    Ok(())
}

/// Adds each item of `a` to the item of `out` at the same place. Both are float64 arrays of the same shape.
///
/// Nothing is broadcast. Where an error is raised, `out` is as it was.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for shapes that differ, for arrays that share memory or
/// are not aligned, and for an `out` that is read-only, in use, or whose items share memory.
#[pyfunction]
pub fn add_into(py: Python<'_>, out: &Bound<'_, PyArrayDyn<f64>>, a: &Bound<'_, PyArrayDyn<f64>>) -> PyResult<()> {
    // Zip would panic.
    if out.shape() != a.shape() {
        return Err(PyValueError::new_err(format!(
            "Arrays must have the same shape, not {:?} and {:?}",
            out.shape(),
            a.shape()
        )));
    }
    layout::check_aligned(a)?;
    let mut out = writable(out)?;
    let a = a.try_readonly().map_err(in_use)?;
    let (sums, items) = (out.as_array_mut(), a.as_array());
    py.detach(|| Zip::from(sums).and(items).for_each(|sum, item| *sum += item));
    Ok(())
}
