//! Mean, spread and extremes of an array that is read from memory once.

use crate::{layout, team};
use multiversion::multiversion;
use ndarray::{ArrayView1, Axis};
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::borrow::Cow;

/// Items per block: 128 KiB. After the first loop over a block it lies in the core's own cache, so the others cost no
/// memory traffic. Smaller blocks would fit in the nearest cache, but memory delivers best in long stretches. The blocks
/// decide how results are rounded, so they must not depend on the threads.
const BLOCK: usize = 16384;

/// Independent accumulators in a loop over floats. The compiler may not reorder float arithmetic; with these it need
/// not, and uses vector instructions, several at a time.
const LANES: usize = 32;

/// What `compute_stats` returns: a dict in Python, with these keys.
#[derive(Debug, Clone, PartialEq, IntoPyObject)]
pub struct Stats {
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (`ddof=1`); NaN for a single value.
    pub std: f64,
    /// The smallest value; NaN if there is a NaN.
    pub min: f64,
    /// The largest value; NaN if there is a NaN.
    pub max: f64,
}

/// What is known of some of the values. Two of these can be merged.
struct Moments {
    count: f64,
    sum: f64,
    /// The sum of the squared distances from the mean of these values.
    squares: f64,
    min: f64,
    max: f64,
    has_nan: bool,
}

/// Of one block, which is not empty.
///
/// The attribute compiles the function several times. While running, the version with the widest vector instructions
/// that the processor has is called. All do the same operations in the same order, so the bits are the same, too.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn moments(block: &[f64]) -> Moments {
    let count = block.len() as f64;
    let sum: f64 = fold_lanes(block, 0.0, |sum, x| sum + x).iter().sum();
    let mean = sum / count;
    Moments {
        count,
        sum,
        squares: fold_lanes(block, 0.0, |sum, x| sum + (x - mean) * (x - mean)).iter().sum(),
        // A comparison and not f64::min, which takes several instructions to get NaN right. `has_nan` does that.
        min: fold_lanes(block, f64::INFINITY, |min, x| if x < min { x } else { min })
            .into_iter()
            .fold(f64::INFINITY, f64::min),
        max: fold_lanes(block, f64::NEG_INFINITY, |max, x| if x > max { x } else { max })
            .into_iter()
            .fold(f64::NEG_INFINITY, f64::max),
        // The sum of inf and -inf is NaN too.
        has_nan: sum.is_nan() && block.iter().any(|x| x.is_nan()),
    }
}

impl Moments {
    /// Of both together. For the squares, see Chan, Golub and LeVeque, "Algorithms for computing the sample variance"
    /// (1983).
    fn merge(self, other: Self) -> Self {
        let count = self.count + other.count;
        let shift = other.sum / other.count - self.sum / self.count;
        Self {
            count,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares + shift * shift * (self.count * other.count / count),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            has_nan: self.has_nan || other.has_nan,
        }
    }

    fn stats(&self) -> Stats {
        let or_nan = |extreme| if self.has_nan { f64::NAN } else { extreme };
        Stats {
            mean: self.sum / self.count,
            std: (self.squares / (self.count - 1.0)).sqrt(),
            min: or_nan(self.min),
            max: or_nan(self.max),
        }
    }
}

/// Folds the values into `LANES` accumulators, in turn. Inlined always: only what is inside `moments` is compiled for
/// wider instructions.
#[inline(always)]
fn fold_lanes(values: &[f64], start: f64, fold: impl Fn(f64, f64) -> f64) -> [f64; LANES] {
    let mut lanes = [start; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = fold(*lane, x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = fold(*lane, x);
    }
    lanes
}

/// The statistics of `values`, or `None` if there are none. The same bits whatever the number of threads.
pub fn stats(values: ArrayView1<'_, f64>) -> Option<Stats> {
    let blocks = team::map(values.axis_chunks_iter(Axis(0), BLOCK), |block| {
        // A block with gaps is copied, into the cache.
        let block = block.to_slice().map_or_else(|| Cow::Owned(block.to_vec()), Cow::Borrowed);
        moments(&block)
    });
    blocks.into_iter().reduce(Moments::merge).map(|all| all.stats())
}

/// Mean, standard deviation (`ddof=1`), minimum and maximum of a one-dimensional float64 array.
///
/// Reads the array where it lies, once. Values far from zero lose no digits: the distances are taken from the mean of a
/// block, not from zero. NaN and infinities give what NumPy gives; a single value has the standard deviation NaN.
///
/// Raises `TypeError` for another dtype or dimension, and `ValueError` for an empty array or for items that are not
/// aligned.
#[pyfunction]
pub fn compute_stats(py: Python<'_>, a: PyReadonlyArray1<'_, f64>) -> PyResult<Stats> {
    layout::check_aligned(&a)?;
    let values = a.as_array();
    py.detach(|| stats(values)).ok_or_else(|| PyValueError::new_err("an empty array has no statistics"))
}
