//! Module 04: indices and one pass per question.

use ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The product by its definition: three loops, an index for each dimension.
#[pyfunction]
pub(crate) fn matrix_multiply<'py>(
    py: Python<'py>,
    a: PyReadonlyArray2<'py, f64>,
    b: PyReadonlyArray2<'py, f64>,
) -> Bound<'py, PyArray2<f64>> {
    let (a, b) = (a.as_array(), b.as_array());
    let mut product = Array2::zeros((a.nrows(), b.ncols()));
    for i in 0..a.nrows() {
        for j in 0..b.ncols() {
            for k in 0..a.ncols() {
                product[[i, j]] += a[[i, k]] * b[[k, j]];
            }
        }
    }
    product.into_pyarray(py)
}

/// Mean, standard deviation, minimum and maximum: an iterator for each.
#[pyfunction]
pub(crate) fn compute_stats<'py>(py: Python<'py>, a: PyReadonlyArray1<'py, f64>) -> PyResult<Bound<'py, PyDict>> {
    let values = a.as_array();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let stats = PyDict::new(py);
    stats.set_item("mean", mean)?;
    stats.set_item("std", variance.sqrt())?;
    stats.set_item("min", values.iter().copied().fold(f64::INFINITY, f64::min))?;
    stats.set_item("max", values.iter().copied().fold(f64::NEG_INFINITY, f64::max))?;
    Ok(stats)
}
