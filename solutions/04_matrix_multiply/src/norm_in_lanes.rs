//! The norm of an array of floats, from many running sums on all cores.
//!
//! Given, for `cargo course bench 04`. The exercise's fold has one running sum. Each addition waits for the one before, some
//! four cycles, and the compiler may not change that: in another order floats add up to other last digits. Here each block
//! has many running sums, which the processor updates side by side, and the blocks are shared out among the cores.

use crate::{layout, team};
use multiversion::multiversion;
use ndarray::{ArrayViewD, CowArray};
use numpy::PyReadonlyArrayDyn;
use pyo3::prelude::*;

/// Items per task: 512 KiB. The blocks decide how the sum is rounded, so they must not depend on the threads.
const BLOCK: usize = 65_536;

/// Running sums in a block: enough that no addition has to wait for the one before.
const LANES: usize = 64;

/// Sums of squares between these have neither overflowed nor lost digits to underflow.
const SAFE: std::ops::Range<f64> = f64::MIN_POSITIVE / f64::EPSILON..f64::INFINITY;

/// The sum of the squares of the values, each multiplied by `factor` first.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn sum_of_squares(values: &[f64], factor: f64) -> f64 {
    let mut sums = [0.0; LANES];
    let (rows, rest) = values.as_chunks::<LANES>();
    for row in rows {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += (x * factor) * (x * factor);
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += (x * factor) * (x * factor);
    }
    sums.iter().sum()
}

/// The square root of the sum of the squares of all `values`, as the exercise's `euclidean` gives it but for rounding.
pub fn euclidean(values: ArrayViewD<'_, f64>) -> f64 {
    let values = match values.as_slice_memory_order() {
        Some(_) => CowArray::from(values),
        None => CowArray::from(values.to_owned()),
    };
    // No order of the items is better than that in which they lie.
    let items = values.as_slice_memory_order().unwrap_or(&[]);
    let squares =
        |factor| -> f64 { team::map(items.chunks(BLOCK), |block| sum_of_squares(block, factor)).iter().sum() };
    let sum = squares(1.0);
    if sum.is_nan() || SAFE.contains(&sum) {
        return sum.sqrt();
    }
    let largest = items.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 || largest == f64::INFINITY {
        return largest;
    }
    // A power of two, so that nothing is rounded: first it brings the largest value near 1, then the result back.
    let exponent = largest.log2().floor().clamp(-1021.0, 1022.0);
    exponent.exp2() * squares((-exponent).exp2()).sqrt()
}

/// The Euclidean norm over all items of a float64 array of any dimension.
///
/// Raises `TypeError` for another dtype, and `ValueError` for items that are not aligned.
#[pyfunction]
pub fn norm_in_lanes(py: Python<'_>, a: PyReadonlyArrayDyn<'_, f64>) -> PyResult<f64> {
    layout::check_aligned(&a)?;
    let values = a.as_array();
    Ok(py.detach(|| euclidean(values)))
}
