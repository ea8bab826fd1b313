//! wrong: reads the memory as it lies, whatever the strides say
//! fails: test_layouts
//! says: strides

use multiversion::multiversion;
use numpy::PyUntypedArrayMethods;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::arrays;

/// The sum of the squared differences of two lists of coordinates.
///
/// The numbers are widened first, so neither the difference nor its square loses anything. Eight running sums, so that
/// the processor can do several additions at once.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma"))]
fn sum_of_squares(one: &[f32], other: &[f32]) -> f64 {
    const LANES: usize = 32;
    let (ones, rest_of_one) = one.as_chunks::<LANES>();
    let (others, rest_of_other) = other.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in ones.iter().zip(others) {
        for lane in 0..LANES {
            let difference = f64::from(a[lane]) - f64::from(b[lane]);
            sums[lane] += difference * difference;
        }
    }
    let rest = rest_of_one.iter().zip(rest_of_other).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>();
    sums.iter().sum::<f64>() + rest
}

/// The sum of the squared distances of atoms, each times the mass of the atom.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma"))]
fn weighted_sum_of_squares(one: &[f32], other: &[f32], masses: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (ones, others) = (one.as_chunks::<3>().0, other.as_chunks::<3>().0);
    let mut sums = [0.0; LANES];
    for ((ones, others), masses) in ones.chunks(LANES).zip(others.chunks(LANES)).zip(masses.chunks(LANES)) {
        for (((sum, a), b), mass) in sums.iter_mut().zip(ones).zip(others).zip(masses) {
            let [x, y, z] = [0, 1, 2].map(|axis| f64::from(a[axis]) - f64::from(b[axis]));
            *sum += mass * (x * x + y * y + z * z);
        }
    }
    sums.iter().sum()
}

/// The root-mean-square deviation of two lists of coordinates, three for each atom; weighted if there are masses.
///
/// There must be at least one atom, and the masses must not all be zero.
pub fn rmsd(one: &[f32], other: &[f32], masses: Option<&[f64]>) -> f64 {
    match masses {
        None => (sum_of_squares(one, other) / (one.len() / 3) as f64).sqrt(),
        Some(masses) => (weighted_sum_of_squares(one, other, masses) / masses.iter().sum::<f64>()).sqrt(),
    }
}

/// The masses of so many atoms, or a `ValueError`.
fn check_masses(masses: &Bound<'_, PyAny>, num_atoms: usize) -> PyResult<Vec<f64>> {
    let (masses, shape) = arrays::floats(masses)?;
    if shape != [num_atoms] {
        return Err(arrays::wrong_shape(&format!("({num_atoms},) for the masses"), &shape));
    }
    // Asked in this way, NaN is refused as well.
    if let Some(atom) = masses.iter().position(|&mass| !(mass >= 0.0 && mass.is_finite())) {
        let mass = masses[atom];
        return Err(PyValueError::new_err(format!("masses[{atom}] must be 0 or more, and finite, got {mass}")));
    }
    let total = masses.iter().sum::<f64>();
    if total == 0.0 || total.is_infinite() {
        return Err(PyValueError::new_err(format!("the masses must add up to more than 0, and finite, got {total}")));
    }
    Ok(masses)
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
    let (p1, p2) = (arrays::plain(&arrays::float32(p1)?)?, arrays::plain(&arrays::float32(p2)?)?);
    let (shape, other) = (p1.shape(), p2.shape());
    if shape.len() != 2 || shape[1] != 3 || shape != other {
        let got = format!("{} and {}", arrays::shape_text(shape), arrays::shape_text(other));
        return Err(PyValueError::new_err(format!("Expected two arrays of the same shape (n, 3), got {got}")));
    }
    if shape[0] == 0 {
        return Err(PyValueError::new_err("the mean over no atoms is not defined: got arrays of shape (0, 3)"));
    }
    let masses = masses.map(|masses| check_masses(masses, shape[0])).transpose()?;
    let (p1, p2) = (arrays::borrow(&p1)?, arrays::borrow(&p2)?);
    let (one, other) = (p1.as_array(), p2.as_array());
    // The array's own memory where its items lie one after the other, and a copy where they do not.
    let (one, other) = (one.to_owned(), other.to_owned());
    match (one.as_slice_memory_order(), other.as_slice_memory_order()) {
        (Some(one), Some(other)) => Ok(py.detach(|| rmsd(one, other, masses.as_deref()))),
        _ => Err(PyRuntimeError::new_err("an array in standard layout has no gaps")),
    }
}
