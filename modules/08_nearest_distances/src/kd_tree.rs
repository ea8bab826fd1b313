//! A k-d tree as a Python class: built once, asked often, from any thread.

use crate::index::Index;
use numpy::PyReadonlyArrayDyn;
use pyo3::prelude::*;

/// Finds the nearest of its points. It keeps a copy of them: what happens to the array later does not matter.
#[pyclass(module = "nearest_distances", frozen)]
pub struct KdTree {
    index: Index<2>,
}

/// Writes the distances and numbers of the nearest points of each query, k for each, into slices full of infinity and
/// `index.len()`: what stands for points that there are not.
pub fn fill(index: &Index<2>, queries: &[[f64; 2]], k: usize, distances: &mut [f64], numbers: &mut [i64]) {
    todo!("for each query the k nearest, written from place query * k on")
}

#[pymethods]
impl KdTree {
    /// Raises `TypeError` for another dtype than float64, and `ValueError` for another shape than (n, 2), for NaN and
    /// infinities, and for items that are not aligned. There may be no points at all.
    #[new]
    fn new(py: Python<'_>, points: PyReadonlyArrayDyn<'_, f64>) -> PyResult<Self> {
        todo!("the rows from arrays::rows, copied into pairs; build the index detached")
    }

    /// Distances and numbers of the k nearest points of the tree, for each of the `points`, an array of shape (m, 2).
    ///
    /// Both results have shape (m,) for k = 1 and else (m, k), the nearest first. Where the tree has fewer than k points,
    /// infinity and the number of points in the tree stand for what is missing.
    ///
    /// Raises as the constructor does, and `ValueError` for k below 1.
    #[pyo3(signature = (points, k=1))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArrayDyn<'py, f64>,
        k: isize,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        todo!("check k, reserve both results, fill them in blocks and in parallel, give them their shape")
    }

    /// The number of points in the tree.
    fn __len__(&self) -> usize {
        self.index.len()
    }

    fn __repr__(&self) -> String {
        format!("KdTree({} points)", self.index.len())
    }
}
