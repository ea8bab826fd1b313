//! The edges of a picture: the length of its gradient.

use crate::picture::{self, Picture, TooLarge};
use numpy::PyArrayDyn;
use pyo3::prelude::*;

/// The length of the gradient, rounded to the nearest integer, and 255 for all that is longer.
pub fn magnitude(across: i16, down: i16) -> u8 {
    todo!("the root of the sum of the squares")
}

/// The edges of a grey picture.
pub fn sobel(gray: &Picture) -> Result<Picture, TooLarge> {
    todo!("for each pixel: two differences of its neighbours, and their magnitude")
}

/// The edges of a uint8 picture of shape (h, w) or (h, w, 3), as a picture of shape (h, w).
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape.
#[pyfunction]
pub fn edges<'py>(py: Python<'py>, img: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let pixels = picture::pixels(&img)?;
    todo!("make it grey if it is not, then `sobel`, detached")
}
