//! wrong: starts from the largest float and never looks whether there are others, as tutorials do
//! fails: test_no_others
//! says: no answer

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The distance from `point` to the nearest of the `others`; the largest float if there are none.
pub fn nearest_distance(point: [f64; 2], others: &[[f64; 2]]) -> f64 {
    others.iter().fold(f64::MAX, |smallest, other| smallest.min((point[0] - other[0]).hypot(point[1] - other[1])))
}

/// The distance from each point to the nearest of the other points. Both are lists of (x, y).
///
/// Other Python threads may run meanwhile. No points: an empty list.
///
/// Raises `ValueError` for points without other points, and for coordinates that are NaN or infinite; the message
/// names the place.
#[pyfunction]
pub fn nearest_distances(py: Python<'_>, points: Vec<[f64; 2]>, other_points: Vec<[f64; 2]>) -> PyResult<Vec<f64>> {
    check_finite("points", &points)?;
    check_finite("other_points", &other_points)?;
    Ok(py.detach(|| points.par_iter().map(|&point| nearest_distance(point, &other_points)).collect()))
}

fn check_finite(name: &str, points: &[[f64; 2]]) -> PyResult<()> {
    match points.iter().position(|[x, y]| !(x.is_finite() && y.is_finite())) {
        Some(place) => {
            let [x, y] = points[place];
            Err(PyValueError::new_err(format!("{name}[{place}] is not finite: ({x}, {y})")))
        }
        None => Ok(()),
    }
}
