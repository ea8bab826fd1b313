//! wrong: `as_slice`, which only contiguous arrays have: every second item, or a column, is refused.
//! fails: test_any_stride
//! says: The view has strides

use ndarray::ArrayView1;
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of `values`, or `None` if it does not fit in an `i64`.
pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    let total: i128 = values.into_par_iter().map(|&value| i128::from(value)).sum();
    i64::try_from(total).ok()
}

/// The sum of a one-dimensional int64 array.
#[pyfunction]
pub fn sum_array(py: Python<'_>, array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    let values = ArrayView1::from(array.as_slice()?);
    py.detach(|| checked_sum(values)).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
