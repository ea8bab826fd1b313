//! A new array from two others, element by element.

use crate::{layout, memory};
use ndarray::Zip;
use numpy::{IntoPyArray, PyArrayDyn, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The products of the items of two float64 arrays of the same shape, as a new array.
///
/// Nothing is broadcast. Both arrays are read where they lie, whatever their strides.
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
    // Zip would panic.
    if a.shape() != b.shape() {
        return Err(PyValueError::new_err(format!(
            "Arrays must have the same shape, not {:?} and {:?}",
            a.shape(),
            b.shape()
        )));
    }
    memory::check_fits(a.shape())?;
    let (a, b) = (a.as_array(), b.as_array());
    let products = py.detach(|| Zip::from(a).and(b).map_collect(|x, y| x * y));
    Ok(products.into_pyarray(py))
}
