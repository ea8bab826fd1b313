use ndarray::ArrayView1;
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

pub fn checked_sum(values: ArrayView1<'_, i64>) -> Option<i64> {
    let mut total: i128 = 0;
    for value in values.iter() {
        total = total.checked_add((*value).into())?;
    }
    i64::try_from(total).ok()
}

#[pyfunction(signature = (array))]
pub fn sum_array<'py>(py: Python<'py>, array: PyReadonlyArray1<'py, i64>) -> PyResult<i64> {
    let true = array.is_aligned() else {
        return Err(PyValueError::new_err("not aligned"));
    };
    let view = array.as_array();
    py.detach(move || checked_sum(view)).ok_or_else(|| PyOverflowError::new_err(String::from("does not fit")))
}
