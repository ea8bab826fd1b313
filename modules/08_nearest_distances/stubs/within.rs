//! All others within a radius: as many small arrays, and as two large ones.

use ndarray::ArrayView2;
use numpy::{PyArray1, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// For each point, the numbers of all others whose distance is at most `radius`, in ascending order.
pub fn neighbours(points: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>, radius: f64) -> Vec<Vec<i64>> {
    todo!("an index of the others; for each point, in parallel, what index.within finds, sorted")
}

/// The start of each point's numbers, and after the last their end, if all lie behind one another.
pub fn offsets(neighbours: &[Vec<i64>]) -> Vec<i64> {
    todo!("0, and after each point the sum of the lengths so far")
}

/// For each of the points, an array with the numbers of all others within the radius, the boundary included, in
/// ascending order. An infinite radius gives all.
///
/// Raises `TypeError` for another dtype than float64. Raises `ValueError` for other shapes than (n, 2) and (m, 2), for
/// points without others, for NaN and infinities, for items that are not aligned, and for a radius that is negative or
/// NaN.
#[pyfunction]
pub fn within<'py>(
    py: Python<'py>,
    points: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
    radius: f64,
) -> PyResult<Vec<Bound<'py, PyArray1<i64>>>> {
    todo!("check the radius and the arrays, detach for the neighbours, an array for each list")
}

/// The start of each point's list, and all lists as one.
type Csr<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>);

/// The same as two arrays, in the form that is called CSR (compressed sparse rows). The numbers of the others near
/// `points[i]` are `indices[offsets[i]:offsets[i + 1]]`.
///
/// Raises as `within` does.
#[pyfunction]
pub fn within_csr<'py>(
    py: Python<'py>,
    points: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
    radius: f64,
) -> PyResult<Csr<'py>> {
    todo!("the same checks; the offsets, and all lists as one")
}
