//! The distance of two structures: the root of the mean squared distance between their atoms.

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

/// The squared distance of the first atoms of two lists of coordinates.
#[inline(always)]
fn squared_distance(one: &[f32], other: &[f32]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|axis| f64::from(one[axis]) - f64::from(other[axis]));
    x * x + y * y + z * z
}

/// The sum of the squared distances of atoms, each times the mass of the atom.
///
/// Eight atoms at a time, as blocks of a length that the compiler knows: it makes vector instructions of the inner loop.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma"))]
fn weighted_sum_of_squares(one: &[f32], other: &[f32], masses: &[f64]) -> f64 {
    const ATOMS: usize = 8;
    const LENGTH: usize = 3 * ATOMS;
    let (ones, rest_of_one) = one.as_chunks::<LENGTH>();
    let (others, rest_of_other) = other.as_chunks::<LENGTH>();
    let (blocks, rest_of_masses) = masses.as_chunks::<ATOMS>();
    let mut sums = [0.0; ATOMS];
    for ((a, b), masses) in ones.iter().zip(others).zip(blocks) {
        for atom in 0..ATOMS {
            sums[atom] += masses[atom] * squared_distance(&a[3 * atom..], &b[3 * atom..]);
        }
    }
    let rest = rest_of_one.chunks(3).zip(rest_of_other.chunks(3)).zip(rest_of_masses);
    sums.iter().sum::<f64>() + rest.map(|((a, b), mass)| mass * squared_distance(a, b)).sum::<f64>()
}

/// The sum of these numbers, with running sums side by side.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma"))]
fn sum_of(values: &[f64]) -> f64 {
    const LANES: usize = 32;
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for block in blocks {
        for lane in 0..LANES {
            sums[lane] += block[lane];
        }
    }
    sums.iter().chain(rest).sum()
}

/// The root-mean-square deviation of two lists of coordinates, three for each atom; weighted if there are masses.
///
/// There must be at least one atom, and the masses must not all be zero.
pub fn rmsd(one: &[f32], other: &[f32], masses: Option<&[f64]>) -> f64 {
    match masses {
        None => (sum_of_squares(one, other) / (one.len() / 3) as f64).sqrt(),
        Some(masses) => (weighted_sum_of_squares(one, other, masses) / sum_of(masses)).sqrt(),
    }
}

/// The masses of so many atoms, or a `ValueError`.
fn check_masses(masses: &Bound<'_, PyAny>, num_atoms: usize) -> PyResult<Vec<f64>> {
    let (masses, shape) = arrays::floats(masses)?;
    if shape != [num_atoms] {
        return Err(arrays::wrong_shape(&format!("({num_atoms},) for the masses"), &shape));
    }
    // Asked in this way, NaN is refused as well.
    let is_mass = |mass: f64| mass >= 0.0 && mass.is_finite();
    // All are asked before one is looked for: a loop without a way out becomes vector instructions.
    if !masses.iter().fold(true, |all, &mass| all & is_mass(mass)) {
        let atom = masses.iter().position(|&mass| !is_mass(mass)).unwrap_or_default();
        let mass = masses[atom];
        return Err(PyValueError::new_err(format!("masses[{atom}] must be 0 or more, and finite, got {mass}")));
    }
    let total = sum_of(&masses);
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
    let (one, other) = (one.as_standard_layout(), other.as_standard_layout());
    match (one.as_slice(), other.as_slice()) {
        (Some(one), Some(other)) => Ok(py.detach(|| rmsd(one, other, masses.as_deref()))),
        _ => Err(PyRuntimeError::new_err("an array in standard layout has no gaps")),
    }
}
