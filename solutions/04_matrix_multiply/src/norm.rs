//! One function for several dtypes.

use crate::layout;
use ndarray::ArrayViewD;
use numpy::{Element, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// A sum of squares below this may have lost digits to underflow.
const SMALL: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// What `norm` takes: an array of any dimension. The annotations are what the error names.
#[derive(FromPyObject)]
pub enum Numbers<'py> {
    /// Computed in float64 too: the squares of large float32 values do not fit in a float32.
    #[pyo3(annotation = "float32")]
    Float32(PyReadonlyArrayDyn<'py, f32>),
    /// Used as it is.
    #[pyo3(annotation = "float64")]
    Float64(PyReadonlyArrayDyn<'py, f64>),
    /// Each item rounded to the nearest float64, as NumPy does.
    #[pyo3(annotation = "int64")]
    Int64(PyReadonlyArrayDyn<'py, i64>),
}

/// The square root of the sum of the squares of all `values`, converted by `to_f64` first.
///
/// Does not overflow or underflow on the way: if the sum of the squares does, the values are scaled by the largest, in
/// a second pass. NaN if there is a NaN, else infinity if there is one, and 0 for no values.
pub fn euclidean<T: Copy>(values: ArrayViewD<'_, T>, to_f64: impl Fn(T) -> f64) -> f64 {
    let sum = values.fold(0.0, |sum, &x| sum + to_f64(x) * to_f64(x));
    if sum.is_nan() || (SMALL..f64::INFINITY).contains(&sum) {
        return sum.sqrt();
    }
    let largest = values.fold(0.0_f64, |largest, &x| largest.max(to_f64(x).abs()));
    if largest == 0.0 || largest == f64::INFINITY {
        return largest;
    }
    let scaled = |x| to_f64(x) / largest;
    largest * values.fold(0.0, |sum, &x| sum + scaled(x) * scaled(x)).sqrt()
}

/// The Euclidean norm over all items of a float32, float64 or int64 array of any dimension, computed in float64.
///
/// It overflows to infinity only if the result itself is too large for a float64. (`numpy.linalg.norm` does as soon as
/// the sum of the squares is.)
///
/// Raises `TypeError` for another dtype, and `ValueError` for items that are not aligned.
#[pyfunction]
pub fn norm(py: Python<'_>, a: Numbers<'_>) -> PyResult<f64> {
    match a {
        Numbers::Float32(a) => of_array(py, &a, f64::from),
        Numbers::Float64(a) => of_array(py, &a, |x| x),
        Numbers::Int64(a) => of_array(py, &a, |x| x as f64),
    }
}

/// `euclidean` of an array, detached.
fn of_array<T: Element + Copy>(
    py: Python<'_>,
    a: &PyReadonlyArrayDyn<'_, T>,
    to_f64: impl Fn(T) -> f64 + Send,
) -> PyResult<f64> {
    layout::check_aligned(a)?;
    let values = a.as_array();
    Ok(py.detach(|| euclidean(values, to_f64)))
}
