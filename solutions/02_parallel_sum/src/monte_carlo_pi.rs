//! An estimate of π that can be repeated, and interrupted.

use std::ops::Range;

use multiversion::multiversion;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Samples between two looks at Ctrl-C: some milliseconds of work, a tenth of a second on a slow machine. At each look the
/// threads have nothing to do, so not too few.
const SLICE: u64 = 32_000_000;

/// Samples per task. Small enough that no thread waits long for the last one, large enough that handing out a task does
/// not show.
const BLOCK: u64 = 65_536;

/// Output number `index` of the SplitMix64 generator that was started with `seed`.
///
/// The state of SplitMix64 is a counter, so any output can be had without those before it: no thread has to wait for
/// another one's numbers. After G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, with the constants of S. Vigna's public-domain `splitmix64.c`.
#[inline]
pub fn splitmix64(seed: u64, index: u64) -> u64 {
    let counter = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (counter ^ (counter >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Whether point number `index` falls inside the quarter circle.
///
/// Its 64 bits are two coordinates of 32 bits, so the radius is 2^32, and it is inside if x² + y² < 2^64: if the sum does
/// not overflow a `u64`.
#[inline]
fn is_inside(seed: u64, index: u64) -> bool {
    let bits = splitmix64(seed, index);
    let (x, y) = (bits >> 32, bits & 0xFFFF_FFFF);
    (x * x).checked_add(y * y).is_some()
}

/// How many of the points numbered `samples` fall inside the quarter circle, counted by one thread.
///
/// The attribute compiles the loop several times. While running, the version with the widest vector instructions that
/// the processor has is called: AVX-512 can multiply eight `u64` at once, what every x86-64 has cannot.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn count_block(seed: u64, samples: Range<u64>) -> u64 {
    samples.filter(|&index| is_inside(seed, index)).count() as u64
}

/// How many of the points numbered `samples` fall inside the quarter circle.
pub fn count_inside(seed: u64, samples: Range<u64>) -> u64 {
    let block = |number| {
        let start = samples.start + number * BLOCK;
        count_block(seed, start..samples.end.min(start.saturating_add(BLOCK)))
    };
    (0..samples.end.saturating_sub(samples.start).div_ceil(BLOCK)).into_par_iter().map(block).sum()
}

/// π, estimated from `n_samples` random points in a square.
///
/// The points have the numbers 0 to `n_samples - 1`, so every machine gives the same estimate. Ctrl-C stops it.
///
/// Raises `ValueError` for no samples.
#[pyfunction]
#[pyo3(signature = (n_samples, seed=0))]
pub fn monte_carlo_pi(py: Python<'_>, n_samples: u64, seed: u64) -> PyResult<f64> {
    if n_samples == 0 {
        return Err(PyValueError::new_err("n_samples must be at least 1"));
    }
    let (mut done, mut inside) = (0, 0);
    while done < n_samples {
        let end = done + SLICE.min(n_samples - done);
        inside += py.detach(|| count_inside(seed, done..end));
        done = end;
        py.check_signals()?; // Python only notes that Ctrl-C was pressed; this asks, and raises KeyboardInterrupt.
    }
    Ok(4.0 * inside as f64 / n_samples as f64)
}
