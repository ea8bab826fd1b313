//! Work that keeps every core busy while Python goes on, with a result that does not depend on how many there are.

use ndarray::{ArrayView1, Axis};
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::numbers::numbers_of;

/// Items per partial sum. The blocks decide how the result is rounded, so they must not depend on the threads.
const BLOCK: usize = 4096;

/// What `cpu_intensive` takes. The variants are tried from the top.
#[derive(FromPyObject)]
pub enum Samples<'py> {
    /// A one-dimensional float64 array, read where it lies.
    Array(PyReadonlyArray1<'py, f64>),
    /// Any other object: a list, or another sequence, of numbers. It is still to be converted.
    Other(Bound<'py, PyAny>),
}

/// The sum of sin x over `values`, in radians, with the same bits whatever the number of threads.
///
/// Each block is added up from front to back by one thread, and the partial sums are then added in the order of the
/// blocks.
pub fn sum_of_sines(values: ArrayView1<'_, f64>) -> f64 {
    let partial_sums: Vec<f64> = values
        .axis_chunks_iter(Axis(0), BLOCK)
        .into_par_iter()
        .map(|block| block.fold(0.0, |sum, x| sum + x.sin()))
        .collect();
    // Not `.sum()`: in Rust the sum of no floats is -0.0.
    partial_sums.iter().fold(0.0, |sum, partial| sum + partial)
}

/// The sum of sin x over a list of numbers or a one-dimensional float64 array, while other Python threads run.
///
/// Raises `TypeError` for anything else, and `ValueError` for an array whose items are not aligned.
#[pyfunction]
pub fn cpu_intensive(py: Python<'_>, data: Samples<'_>) -> PyResult<f64> {
    let list;
    let values = match &data {
        Samples::Array(array) if !array.is_aligned() => {
            return Err(PyValueError::new_err(
                "the items are not aligned in memory (a field of a packed record?): pass data.copy()",
            ));
        }
        Samples::Array(array) => array.as_array(),
        Samples::Other(object) => {
            list = numbers_of::<f64>(object)?;
            ArrayView1::from(&list)
        }
    };
    Ok(py.detach(|| sum_of_sines(values)))
}
