//! A sum over NumPy's own memory.

use ndarray::{ArrayView1, Axis};
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use rayon::prelude::*;

/// Items per task: 128 KiB of a contiguous array. Small enough that no thread waits long for the last one, large enough
/// that handing out a task does not show.
const BLOCK: usize = 16_384;

// NumPy's "aligned" flag speaks of the first address and of the stride. Only where alignment and size are the same does
// it promise that the stride is a whole number of items, which `as_array` takes for granted.
const _: () = assert!(align_of::<i64>() == size_of::<i64>());

/// The sum of `values`, or `None` if it does not fit in an `i64`. Any stride will do.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    let total: i128 = values.axis_chunks_iter(Axis(0), BLOCK).into_par_iter().map(block_sum).sum();
    i64::try_from(total).ok()
}

/// The exact sum of at most `BLOCK` items.
///
/// `sum + i128::from(value)` would do, but the processor has no vector instructions for 128 bits. It has them for 64: the
/// upper and the lower halves of the items, added up apart, leave room for 2^31 items.
fn block_sum(block: ArrayView1<'_, i64>) -> i128 {
    let (upper, lower) = block
        .fold((0_i64, 0_u64), |(upper, lower), &value| (upper + (value >> 32), lower + (value as u64 & 0xFFFF_FFFF)));
    (i128::from(upper) << 32) + i128::from(lower)
}

/// The sum of a one-dimensional int64 array.
///
/// Reads the array where it lies, without a copy: any stride, read-only arrays too. Other threads may run meanwhile;
/// one that writes to the array during the call makes the result meaningless.
///
/// Raises `TypeError` for another dtype or dimension, `ValueError` for items that are not aligned, and `OverflowError`
/// if the sum does not fit in 64 bits.
#[pyfunction]
pub fn sum_array(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    if !array.is_aligned() {
        return Err(PyValueError::new_err(
            "the items are not aligned in memory (a field of a packed record?): pass array.copy()",
        ));
    }
    let values = array.as_array();
    py.detach(|| checked_sum(values))
        .ok_or_else(|| PyOverflowError::new_err("the sum does not fit in a 64-bit integer"))
}
