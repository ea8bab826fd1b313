//! wrong: keeps the interpreter while it computes
//! fails: test_other_threads_run_meanwhile
//! says: py.detach

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Squares outside of this range may have lost digits, or all of them.
const SAFE_SQUARES: std::ops::Range<f64> = 1e-290..f64::INFINITY;

/// The distance from `point` to the nearest of the `others`; infinity if there are none.
///
/// Squares are compared, because the root of a smaller square is smaller. One root is left, of the smallest.
pub fn nearest_distance(point: [f64; 2], others: &[[f64; 2]]) -> f64 {
    let smallest = |measure: fn(f64, f64) -> f64| {
        others
            .iter()
            .fold(f64::INFINITY, |smallest, other| smallest.min(measure(point[0] - other[0], point[1] - other[1])))
    };
    let square = smallest(|dx, dy| dx * dx + dy * dy);
    match square {
        square if SAFE_SQUARES.contains(&square) => square.sqrt(),
        _ if others.contains(&point) => 0.0,
        _ => smallest(f64::hypot),
    }
}

/// The distance from each point to the nearest of the other points. Both are lists of (x, y).
///
/// Other Python threads may run meanwhile. No points: an empty list.
///
/// Raises `ValueError` for points without other points, and for coordinates that are NaN or infinite; the message
/// names the place.
#[pyfunction]
pub fn nearest_distances(_py: Python<'_>, points: Vec<[f64; 2]>, other_points: Vec<[f64; 2]>) -> PyResult<Vec<f64>> {
    check_finite("points", &points)?;
    check_finite("other_points", &other_points)?;
    if other_points.is_empty() && !points.is_empty() {
        return Err(PyValueError::new_err("other_points is empty: there is nothing to be near to"));
    }
    Ok(points.par_iter().map(|&point| nearest_distance(point, &other_points)).collect())
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
