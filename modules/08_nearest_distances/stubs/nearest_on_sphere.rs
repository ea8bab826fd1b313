//! Nearest neighbours on the Earth: great circles, through a tree of points in space.

use numpy::{PyArray1, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// The mean radius of the Earth in metres (the R₁ of the IUGG).
const EARTH_RADIUS: f64 = 6_371_008.8;

/// The point on the unit sphere at this longitude and latitude, in degrees.
///
/// Longitudes wrap round. At a pole the longitude does not matter.
pub fn unit_vector(longitude: f64, latitude: f64) -> [f64; 3] {
    todo!("cosine and sine of both angles")
}

/// The angle between two unit vectors, in radians.
pub fn angle(one: [f64; 3], other: [f64; 3]) -> f64 {
    todo!("twice the arc tangent of the length of the difference over that of the sum")
}

/// Metres, and the numbers of the places they lead to.
type Nearest<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<i64>>);

/// For each row of `lonlat`, longitude and latitude in degrees, the distance in metres to the nearest row of `others`,
/// and that row's number. Distances are along great circles of a sphere with the Earth's mean radius.
///
/// Both are float64 arrays, of shape (n, 2) and (m, 2). Longitudes wrap round.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for other shapes, for `lonlat` without others, for NaN and
/// infinities, for latitudes beyond ±90, and for items that are not aligned.
#[pyfunction]
pub fn nearest_on_sphere<'py>(
    py: Python<'py>,
    lonlat: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Nearest<'py>> {
    todo!("check arrays and latitudes; unit vectors of both, an index of the others, the nearest of each in parallel")
}
