//! A Gaussian blur: along the columns, then along the rows.

use crate::picture::{self, Picture, TooLarge};
use numpy::PyArrayDyn;
use pyo3::prelude::*;
use std::borrow::Cow;
use std::sync::atomic::AtomicBool;

/// `source`, blurred. Ends early, with some rows black, once `stop` is set.
pub fn blurred(source: &Picture<Cow<'_, [u8]>>, sigma: f64, stop: &AtomicBool) -> Result<Picture, TooLarge> {
    todo!("for each row: weighted sums of the rows around it, then of the pixels beside each other")
}

/// A uint8 picture of shape (h, w) or (h, w, 3), blurred by a Gaussian with the standard deviation `sigma`, in pixels.
///
/// Raises `TypeError` for what is no array of uint8, and `ValueError` for another shape, or for a `sigma` that is not a
/// positive finite number.
#[pyfunction]
pub fn blur<'py>(py: Python<'py>, img: &Bound<'py, PyAny>, sigma: f64) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let pixels = picture::pixels(&img)?;
    todo!("check sigma, borrow the pixels, run `blurred`, hand the result to NumPy")
}
