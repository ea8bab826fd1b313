//! The sum of an array by a team that the calling thread belongs to.
//!
//! Given, for `cargo course bench 02`. The exercise's sum leaves the work to rayon's threads and sleeps until they are done.
//! They have to be woken first, which takes a good part of a sum's time; on a virtual machine they may even be put on one
//! core. Here the calling thread begins at once.

use std::sync::{Mutex, PoisonError};

use multiversion::multiversion;
use ndarray::{ArrayView1, Axis};
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

/// Items per task: 512 KiB of a contiguous array. Memory delivers best in long stretches.
const BLOCK: usize = 65_536;

/// The sum of `values`, or `None` if it does not fit in an `i64`. Any stride will do.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    let tasks = Mutex::new(values.axis_chunks_iter(Axis(0), BLOCK));
    let total = Mutex::new(0_i128);
    // Helpers begin at the other end. So each core reads the part that it read in the last call, and may have in its cache.
    let take_part = |from_front: bool| {
        let next = || {
            let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
            if from_front { tasks.next() } else { tasks.next_back() }
        };
        let mut sum = 0_i128;
        while let Some(block) = next() {
            sum += block.to_slice().map_or_else(|| block_sum(&block.to_vec()), block_sum);
        }
        *total.lock().unwrap_or_else(PoisonError::into_inner) += sum;
    };
    // Small sums are done before another thread is awake.
    let helpers = (rayon::current_num_threads() - 1).min(values.len() / BLOCK);
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| take_part(false));
        }
        take_part(true);
    });
    i64::try_from(total.into_inner().unwrap_or_else(PoisonError::into_inner)).ok()
}

/// The exact sum of at most `BLOCK` items: the upper and the lower halves of the items apart, for which the processor has
/// vector instructions. It has none for 128 bits.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn block_sum(block: &[i64]) -> i128 {
    let (mut upper, mut lower) = (0_i64, 0_u64);
    for &value in block {
        upper += value >> 32;
        lower += value as u64 & 0xFFFF_FFFF;
    }
    (i128::from(upper) << 32) + i128::from(lower)
}

/// The sum of a one-dimensional int64 array, as `sum_array` gives it.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for items that are not aligned, and `OverflowError`
/// if the sum does not fit in 64 bits.
#[pyfunction]
pub fn team_sum(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    if !array.is_aligned() {
        return Err(PyValueError::new_err("the items are not aligned in memory: pass array.copy()"));
    }
    let values = array.as_array();
    py.detach(|| checked_sum(values))
        .ok_or_else(|| PyOverflowError::new_err("the sum does not fit in a 64-bit integer"))
}
