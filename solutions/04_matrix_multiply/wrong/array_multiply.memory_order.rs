//! wrong: multiplies the items of two slices: Fortran order meets C order, and the wrong items meet.
//! fails: test_any_two_layouts
//! says: not in memory

use crate::layout;
use ndarray::Array1;
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
    if a.shape() != b.shape() {
        return Err(PyValueError::new_err(format!(
            "Arrays must have the same shape, not {:?} and {:?}",
            a.shape(),
            b.shape()
        )));
    }
    let shape = a.shape().to_vec();
    let (a, b) = (a.as_slice()?, b.as_slice()?);
    let products: Array1<f64> = a.iter().zip(b).map(|(x, y)| x * y).collect();
    let products = products.into_shape_with_order(shape).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(products.into_pyarray(py))
}
