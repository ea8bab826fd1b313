//! wrong: tells progress the number of the step, which moves a bar by too much.
//! fails: test_progress
//! says: after each step

use crate::filters;
use crate::interrupt;
use crate::picture;
use numpy::{PyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyFloat;

/// One step of `process_image`. In Python each variant is a class of its own, with the fields as attributes.
#[pyclass(module = "image_filter", frozen, eq)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Grey, if it is not grey already.
    Gray {},
    /// A Gaussian blur.
    Blur {
        /// Its standard deviation in pixels.
        sigma: f64,
    },
    /// The length of the gradient.
    Edges {},
}

#[pymethods]
impl Step {
    /// As it is written in Python.
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(match self {
            Self::Gray {} => "Step.Gray()".to_owned(),
            Self::Blur { sigma } => format!("Step.Blur({})", PyFloat::new(py, *sigma).repr()?),
            Self::Edges {} => "Step.Edges()".to_owned(),
        })
    }
}

/// What happens where no steps are given.
const DEFAULT: [Step; 3] = [Step::Gray {}, Step::Blur { sigma: 1.0 }, Step::Edges {}];

/// Refuses steps that cannot be done, before the first has taken time.
fn check(steps: &[Step]) -> PyResult<()> {
    for (index, step) in steps.iter().enumerate() {
        if let Step::Blur { sigma } = step
            && !(*sigma > 0.0 && sigma.is_finite())
        {
            return Err(PyValueError::new_err(format!(
                "steps[{index}]: sigma must be a positive finite number, not {sigma}"
            )));
        }
    }
    Ok(())
}

/// A uint8 picture of shape (h, w) or (h, w, 3) after all `steps`, one after the other.
///
/// Without `steps`: `[Step.Gray(), Step.Blur(1.0), Step.Edges()]`. Without any, a copy. The result has the shape (h, w) if the
/// picture has, or once a step has made it grey.
///
/// `progress(1)` is called as each step ends. What it raises ends the call. Ctrl-C ends it, too.
///
/// Raises `TypeError` for what is no array of uint8, for what is no step and for a `progress` that cannot be called, and
/// `ValueError` for another shape or a sigma that is not a positive finite number: before the first step begins.
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
    let steps = steps.map_or_else(|| DEFAULT.to_vec(), |steps| steps.iter().map(|step| *step.get()).collect());
    check(&steps)?;
    if let Some(progress) = &progress
        && !progress.is_callable()
    {
        return Err(PyTypeError::new_err(format!("progress must be callable, not {}", progress.repr()?)));
    }
    let mut flat = img.ndim() == 2;
    let mut picture = picture::copy(pixels)?;
    drop(img);
    for (number, step) in steps.into_iter().enumerate() {
        // Detached: neither this thread nor rayon's touch Python meanwhile.
        picture = interrupt::run(py, |stop| match step {
            Step::Gray {} => filters::gray(&picture),
            Step::Blur { sigma } => filters::blur(&picture, sigma, stop),
            Step::Edges {} => filters::edges(&picture),
        })??;
        flat |= picture.channels == 1;
        // Attached again, and with nothing borrowed: the callback may do what it likes.
        if let Some(progress) = &progress {
            progress.call1((number + 1,))?;
        }
    }
    picture.into_numpy(py, flat)
}
