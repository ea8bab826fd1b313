//! Several filters in one call, with a bar that shows how far it is.

use crate::picture;
use numpy::PyArrayDyn;
use pyo3::prelude::*;

/// One step of `process_image`. In Python each variant is a class of its own, with the fields as attributes.
#[pyclass(module = "image_filter", frozen)]
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Grey, if it is not grey already.
    Gray {},
    // Two more variants are missing here, and `==`.
}

#[pymethods]
impl Step {
    /// As it is written in Python.
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        todo!("Step.Gray(), Step.Blur(2.0), Step.Edges()")
    }
}

/// A uint8 picture of shape (h, w) or (h, w, 3) after all `steps`, one after the other.
///
/// Without `steps`: `[Step.Gray(), Step.Blur(1.0), Step.Edges()]`. `progress(1)` is called as each step ends.
///
/// Raises `TypeError` for what is no array of uint8 or no step, and `ValueError` for another shape or a bad sigma.
#[pyfunction]
#[pyo3(signature = (img, steps=None, progress=None))]
pub fn process_image<'py>(
    py: Python<'py>,
    img: &Bound<'py, PyAny>,
    steps: Option<Vec<Bound<'py, Step>>>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArrayDyn<u8>>> {
    let img = picture::uint8(img)?;
    let pixels = picture::pixels(&img)?;
    todo!("check the steps, copy the pixels, do one step after the other")
}
