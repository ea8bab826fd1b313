//! All others within a radius: as many small arrays, and as two large ones.

use crate::arrays;
use crate::index::Index;
use ndarray::ArrayView2;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// For each point, the numbers of all others whose distance is at most `radius`, in ascending order.
pub fn neighbours(points: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>, radius: f64) -> Vec<Vec<i64>> {
    let index = Index::new(others.rows().into_iter().map(|row| [row[0], row[1]]).collect());
    (0..points.nrows())
        .into_par_iter()
        .map(|row| {
            let found = index.within(&[points[(row, 0)], points[(row, 1)]], radius);
            let mut numbers: Vec<i64> = found.into_iter().map(|number| number as i64).collect();
            numbers.sort_unstable();
            numbers
        })
        .collect()
}

/// The start of each point's numbers, and after the last their end, if all lie behind one another.
pub fn offsets(neighbours: &[Vec<i64>]) -> Vec<i64> {
    let ends = neighbours.iter().scan(0, |end, numbers| {
        *end += numbers.len() as i64;
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

fn check_radius(radius: f64) -> PyResult<()> {
    if radius >= 0.0 {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("the radius must be zero or more, not {radius}")))
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
    check_radius(radius)?;
    let (points, others) = arrays::pair(("points", &points), ("others", &others))?;
    let found = py.detach(|| neighbours(points, others, radius));
    Ok(found.into_iter().map(|numbers| numbers.into_pyarray(py)).collect())
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
    check_radius(radius)?;
    let (points, others) = arrays::pair(("points", &points), ("others", &others))?;
    let (offsets, indices) = py.detach(|| {
        let found = neighbours(points, others, radius);
        (offsets(&found), found.concat())
    });
    Ok((offsets.into_pyarray(py), indices.into_pyarray(py)))
}
