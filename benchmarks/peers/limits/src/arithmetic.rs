//! The speed of multiplying and adding float64 numbers.

use std::hint::black_box;

use pyo3::prelude::*;

use crate::dispatch::widest;
use crate::team::in_team;

/// Numbers under way: enough that no multiplication has to wait for the one before, few enough for the registers.
const LANES: usize = 96;

/// Does as many multiplications and additions as it is made with, on numbers that never leave the registers.
#[pyclass(frozen)]
pub(crate) struct MultiplyAdd {
    operations: usize,
    threads: usize,
}

#[pymethods]
impl MultiplyAdd {
    /// So many operations, by one thread (`threads=1`) or by all of rayon's (`threads=0`).
    #[new]
    fn new(operations: usize, threads: usize) -> Self {
        Self { operations, threads }
    }

    /// Does them once.
    fn __call__(&self, py: Python<'_>) {
        let threads = if self.threads == 0 { rayon::current_num_threads() } else { self.threads };
        let part = self.operations / threads;
        py.detach(|| {
            in_team(0..threads, |_| {
                black_box(multiply_add(black_box(part)));
            });
        });
    }
}

widest!(fn multiply_add(operations: usize) -> f64 = lanes::<true>, else lanes::<HAS_FUSED>);

/// Whether every processor of this platform multiplies and adds in one instruction.
const HAS_FUSED: bool = cfg!(target_arch = "aarch64");

/// Each lane becomes its own multiple plus one, again and again.
#[inline(always)]
fn lanes<const FUSED: bool>(operations: usize) -> f64 {
    let (factor, summand) = black_box((0.999, 1.0));
    let mut lanes: [f64; LANES] = black_box([1.0; LANES]);
    for _ in 0..operations / (2 * LANES) {
        for lane in &mut lanes {
            *lane = if FUSED { lane.mul_add(factor, summand) } else { *lane * factor + summand };
        }
    }
    lanes.iter().sum()
}
