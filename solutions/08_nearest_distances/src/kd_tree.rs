//! A k-d tree as a Python class: built once, asked often, from any thread.

use crate::arrays;
use crate::index::Index;
use ndarray::{Array2, ArrayView2, Axis};
use numpy::{IntoPyArray, PyReadonlyArrayDyn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Queries that one task takes.
const BLOCK: usize = 2048;

/// Finds the nearest of its points. It keeps a copy of them: what happens to the array later does not matter.
#[pyclass(module = "nearest_distances", frozen)]
pub struct KdTree {
    index: Index<2>,
}

/// The rows as pairs.
fn pairs(rows: ArrayView2<'_, f64>) -> Vec<[f64; 2]> {
    rows.rows().into_iter().map(|row| [row[0], row[1]]).collect()
}

/// Writes the distances and numbers of the nearest points of each query, k for each, into slices full of infinity and
/// `index.len()`: what stands for points that there are not.
pub fn fill(index: &Index<2>, queries: &[[f64; 2]], k: usize, distances: &mut [f64], numbers: &mut [i64]) {
    for query in index.visiting_order(queries) {
        let mut set = |place: usize, (distance, number): (f64, usize)| {
            distances[query * k + place] = distance;
            numbers[query * k + place] = number as i64;
        };
        if k == 1 {
            // Faster than the first of a list.
            index.nearest(&queries[query]).into_iter().for_each(|found| set(0, found));
        } else {
            index.nearest_k(&queries[query], k).into_iter().enumerate().for_each(|(place, found)| set(place, found));
        }
    }
}

#[pymethods]
impl KdTree {
    /// Raises `TypeError` for another dtype than float64, and `ValueError` for another shape than (n, 2), for NaN and
    /// infinities, and for items that are not aligned. There may be no points at all.
    #[new]
    fn new(py: Python<'_>, points: PyReadonlyArrayDyn<'_, f64>) -> PyResult<Self> {
        let points = pairs(arrays::rows("points", &points)?);
        Ok(Self { index: py.detach(|| Index::new(points)) })
    }

    /// Distances and numbers of the k nearest points of the tree, for each of the `points`, an array of shape (m, 2).
    ///
    /// Both results have shape (m,) for k = 1 and else (m, k), the nearest first. Where the tree has fewer than k points,
    /// infinity and the number of points in the tree stand for what is missing. Other Python threads may run meanwhile.
    ///
    /// Raises as the constructor does, and `ValueError` for k below 1.
    #[pyo3(signature = (points, k=1))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        points: PyReadonlyArrayDyn<'py, f64>,
        k: isize,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let k = match usize::try_from(k) {
            Ok(k) if k > 0 => k,
            _ => return Err(PyValueError::new_err(format!("k must be at least 1, not {k}"))),
        };
        let rows = arrays::rows("points", &points)?;
        let length = rows.nrows().max(1).checked_mul(k); // NumPy refuses too wide a row of no rows, too.
        let (mut distances, mut numbers) = (arrays::reserve(length)?, arrays::reserve(length)?);
        py.detach(|| {
            distances.resize(rows.nrows() * k, f64::INFINITY);
            numbers.resize(rows.nrows() * k, self.index.len() as i64);
            let blocks = (distances.par_chunks_mut(BLOCK * k), numbers.par_chunks_mut(BLOCK * k));
            (rows.axis_chunks_iter(Axis(0), BLOCK), blocks).into_par_iter().for_each(|(rows, (distances, numbers))| {
                fill(&self.index, &pairs(rows), k, distances, numbers);
            });
        });
        if k == 1 {
            return Ok((distances.into_pyarray(py).into_any(), numbers.into_pyarray(py).into_any()));
        }
        let shaped = |error: ndarray::ShapeError| PyValueError::new_err(error.to_string());
        let shape = (rows.nrows(), k);
        let distances = Array2::from_shape_vec(shape, distances).map_err(shaped)?;
        let numbers = Array2::from_shape_vec(shape, numbers).map_err(shaped)?;
        Ok((distances.into_pyarray(py).into_any(), numbers.into_pyarray(py).into_any()))
    }

    /// The number of points in the tree.
    fn __len__(&self) -> usize {
        self.index.len()
    }

    fn __repr__(&self) -> String {
        format!("KdTree({} points)", self.index.len())
    }
}
