//! The distance of two structures: the root of the mean squared distance between their atoms.

use pyo3::prelude::*;

/// The root-mean-square deviation of two lists of coordinates, three for each atom; weighted if there are masses.
///
/// There must be at least one atom, and the masses must not all be zero.
pub fn rmsd(one: &[f32], other: &[f32], masses: Option<&[f64]>) -> f64 {
    todo!("in f64: the squared distances, each times its mass, added up and divided by the sum of the masses")
}

/// The root-mean-square deviation of two structures of the same atoms, as they stand: neither is moved.
///
/// `p1` and `p2` are float32 arrays of shape (n, 3). With `masses`, of shape (n,), each squared distance counts as much
/// as its atom weighs.
///
/// Raises `ValueError` for shapes that differ, for no atoms, and for masses that are negative or all zero.
#[pyfunction]
#[pyo3(signature = (p1, p2, masses=None))]
pub fn calculate_rmsd(
    py: Python<'_>,
    p1: &Bound<'_, PyAny>,
    p2: &Bound<'_, PyAny>,
    masses: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    todo!("check both arrays and the masses, then compute detached")
}
