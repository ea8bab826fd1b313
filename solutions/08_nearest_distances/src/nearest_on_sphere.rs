//! Nearest neighbours on the Earth: great circles, through a tree of points in space.

use crate::arrays;
use crate::index::Index;
use ndarray::ArrayView2;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The mean radius of the Earth in metres (the R₁ of the IUGG).
const EARTH_RADIUS: f64 = 6_371_008.8;

/// Points that one task takes.
const BLOCK: usize = 2048;

/// The point on the unit sphere at this longitude and latitude, in degrees.
///
/// Longitudes wrap round: those that differ by full circles give the same point, to the last bit. At a pole the longitude
/// does not matter.
pub fn unit_vector(longitude: f64, latitude: f64) -> [f64; 3] {
    if latitude.abs() == 90.0 {
        return [0.0, 0.0, latitude.signum()];
    }
    let (sin_longitude, cos_longitude) = longitude.rem_euclid(360.0).to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    [cos_latitude * cos_longitude, cos_latitude * sin_longitude, sin_latitude]
}

/// The angle between two unit vectors, in radians.
///
/// The arc cosine of their product would lose half of the digits for near points, and the arc sine of half their
/// distance for opposite ones. This loses none. (W. Kahan, "How Futile are Mindless Assessments of Roundoff", § 12.)
pub fn angle(one: [f64; 3], other: [f64; 3]) -> f64 {
    let length = |vector: [f64; 3]| vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    let difference = std::array::from_fn(|axis| one[axis] - other[axis]);
    let sum = std::array::from_fn(|axis| one[axis] + other[axis]);
    2.0 * length(difference).atan2(length(sum))
}

fn unit_vectors(lonlat: ArrayView2<'_, f64>) -> Vec<[f64; 3]> {
    let vector = |row| unit_vector(lonlat[(row, 0)], lonlat[(row, 1)]);
    (0..lonlat.nrows()).into_par_iter().map(vector).collect()
}

/// For each of some unit vectors the distance on the Earth to the nearest of the others, and its number.
fn nearest(points: &[[f64; 3]], others: &[[f64; 3]]) -> (Vec<f64>, Vec<i64>) {
    let index = Index::new(others.to_vec());
    let (mut metres, mut numbers) = (vec![0.0; points.len()], vec![0; points.len()]);
    let blocks = (metres.par_chunks_mut(BLOCK), numbers.par_chunks_mut(BLOCK));
    (points.par_chunks(BLOCK), blocks).into_par_iter().for_each(|(points, (metres, numbers))| {
        for place in index.visiting_order(points) {
            // The nearest through the Earth is the nearest around it.
            if let Some((_, number)) = index.nearest(&points[place]) {
                metres[place] = EARTH_RADIUS * angle(points[place], others[number]);
                numbers[place] = number as i64;
            }
        }
    });
    (metres, numbers)
}

fn check_latitudes(name: &str, lonlat: ArrayView2<'_, f64>) -> PyResult<()> {
    match lonlat.column(1).iter().position(|latitude| latitude.abs() > 90.0) {
        Some(row) => Err(PyValueError::new_err(format!(
            "{name}[{row}] has the latitude {}, beyond ±90 degrees (rows are longitude, latitude)",
            lonlat[(row, 1)]
        ))),
        None => Ok(()),
    }
}

/// Metres, and the numbers of the places they lead to.
type Nearest<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<i64>>);

/// For each row of `lonlat`, longitude and latitude in degrees, the distance in metres to the nearest row of `others`,
/// and that row's number. Distances are along great circles of a sphere with the Earth's mean radius.
///
/// Both are float64 arrays, of shape (n, 2) and (m, 2). Longitudes wrap round. Other Python threads may run meanwhile.
///
/// Raises `TypeError` for another dtype. Raises `ValueError` for other shapes, for `lonlat` without others, for NaN and
/// infinities, for latitudes beyond ±90, and for items that are not aligned.
#[pyfunction]
pub fn nearest_on_sphere<'py>(
    py: Python<'py>,
    lonlat: PyReadonlyArrayDyn<'py, f64>,
    others: PyReadonlyArrayDyn<'py, f64>,
) -> PyResult<Nearest<'py>> {
    let (lonlat, others) = arrays::pair(("lonlat", &lonlat), ("others", &others))?;
    check_latitudes("lonlat", lonlat)?;
    check_latitudes("others", others)?;
    let (metres, numbers) = py.detach(|| nearest(&unit_vectors(lonlat), &unit_vectors(others)));
    Ok((metres.into_pyarray(py), numbers.into_pyarray(py)))
}
