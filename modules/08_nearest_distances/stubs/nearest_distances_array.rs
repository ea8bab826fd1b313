//! The same for arrays: sorted, so that most others are never looked at.

use ndarray::ArrayView2;
use numpy::{PyArray1, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// The distance from each point to the nearest of the others. Any strides will do. There are others, or no points.
pub fn distances(points: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>) -> Vec<f64> {
    todo!("sort the others along x; for each point go outwards from its place, until the rest is too far away")
}

/// The distance from each of the points, an (n, 2) array of float64, to the nearest of the others, an (m, 2) array.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for other shapes, for points without others, for NaN and
/// infinities, and for items that are not aligned.
#[pyfunction]
pub fn nearest_distances_array<'py>(
    py: Python<'py>,
    points: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    todo!("the views from arrays::pair, detach, hand the result to NumPy")
}
