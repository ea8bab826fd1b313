//! Brute force: each point against all others, on all cores.

use pyo3::prelude::*;

/// The distance from `point` to the nearest of the `others`; infinity if there are none.
pub fn nearest_distance(point: [f64; 2], others: &[[f64; 2]]) -> f64 {
    todo!("the root of the smallest squared distance")
}

/// The distance from each point to the nearest of the other points. Both are lists of (x, y).
///
/// Raises `ValueError` for points without other points, and for coordinates that are NaN or infinite; the message
/// names the place.
#[pyfunction]
pub fn nearest_distances(py: Python<'_>, points: Vec<[f64; 2]>, other_points: Vec<[f64; 2]>) -> PyResult<Vec<f64>> {
    todo!("check both lists, detach, nearest_distance of each point in parallel")
}
