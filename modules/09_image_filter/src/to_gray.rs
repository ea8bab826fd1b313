//! One byte for three, as the eye weighs them.

use crate::picture;
use numpy::PyArrayDyn;
use pyo3::prelude::*;

/// The grey of one pixel: 0.299 R + 0.587 G + 0.114 B, rounded half up.
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    todo!("the weighted sum, in an integer type that it fits in")
}

/// A grey picture, of shape (h, w), of a uint8 array of shape (h, w, 3), with any strides.
///
/// Each grey is 0.299 R + 0.587 G + 0.114 B, rounded half up.
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape.
#[pyfunction]
pub fn to_gray<'py>(py: Python<'py>, img: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    todo!("refuse other shapes, make a black picture, write the grey of each pixel, detached")
}
