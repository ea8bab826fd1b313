//! wrong: `&a * &b` without a look at the shapes: stretches a row silently, and panics where nothing fits.
//! fails: test_shapes_that_differ
//! says: Compare `a.shape()`

use crate::layout;
use numpy::{IntoPyArray, PyArrayDyn, PyReadonlyArrayDyn};
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
    let (a, b) = (a.as_array(), b.as_array());
    let products = py.detach(|| &a * &b);
    Ok(products.into_pyarray(py))
}
