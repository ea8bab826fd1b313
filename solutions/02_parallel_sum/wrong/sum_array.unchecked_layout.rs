//! wrong: `as_array` without a look at the layout: a field of a packed record is read at the wrong places.
//! fails: test_a_field_of_a_packed_record
//! says: ask `is_aligned` first

use ndarray::{ArrayView1, Axis};
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of `values`, or `None` if it does not fit in an `i64`.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    let total: i128 = values
        .axis_chunks_iter(Axis(0), 16_384)
        .into_par_iter()
        .map(|block| block.fold(0, |sum, &value| sum + i128::from(value)))
        .sum();
    i64::try_from(total).ok()
}

/// The sum of a one-dimensional int64 array.
#[pyfunction]
pub fn sum_array(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    let values = array.as_array();
    py.detach(|| checked_sum(values)).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
