use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

use crate::numbers::numbers_of;

pub fn double_above(numbers: &[i64], threshold: i64) -> Option<Vec<i64>> {
    let mut kept = vec![];
    for &n in numbers {
        if !(n <= threshold) {
            let doubled = 2 * i128::from(n);
            if doubled > i64::MAX.into() || doubled < i64::MIN.into() {
                return None;
            }
            kept.push(doubled as i64);
        }
    }
    Some(kept)
}

#[pyfunction]
pub fn process_numbers(#[pyo3(from_py_with = numbers_of)] numbers: Vec<i64>, threshold: i64) -> PyResult<Vec<i64>> {
    double_above(&numbers, threshold).ok_or(PyOverflowError::new_err(("overflow", 42)))
}
