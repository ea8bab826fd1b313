//! wrong: copies the array to a Vec first, so the interface is NumPy's but the memory traffic is a list's.
//! fails: test_makes_no_copy
//! says: The array was copied

use ndarray::ArrayView1;
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyValueError};
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
    if !array.is_aligned() {
        return Err(PyValueError::new_err("the items are not aligned in memory"));
    }
    let values: Vec<i64> = array.as_array().to_vec();
    py.detach(|| checked_sum(ArrayView1::from(&values))).ok_or_else(|| PyOverflowError::new_err("overflow"))
}
