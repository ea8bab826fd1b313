//! wrong: compares the number of items, not the shape.
//! fails: test_shapes_that_differ
//! says: Arrays must have the same shape

use crate::layout;
use ndarray::Zip;
use numpy::{IntoPyArray, PyArrayDyn, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The products of the items of two float64 arrays of the same shape, as a new array.
///
/// Nothing is broadcast. Both arrays are read where they lie, whatever their strides.
///
/// Raises `TypeError` for another dtype, and `ValueError` for shapes that differ or items that are not aligned.
#[pyfunction]
pub fn array_multiply<'py>(
    py: Python<'py>,
    a: PyReadonlyArrayDyn<'py, f64>,
    b: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    layout::check_aligned(&a)?;
    layout::check_aligned(&b)?;
    // Zip would panic.
    if a.len() != b.len() {
        return Err(PyValueError::new_err(format!(
            "Arrays must have the same shape, not {:?} and {:?}",
            a.shape(),
            b.shape()
        )));
    }
    let (a, b) = (a.as_array(), b.as_array());
    let products = py.detach(|| Zip::from(a).and(b).map_collect(|x, y| x * y));
    Ok(products.into_pyarray(py))
}
