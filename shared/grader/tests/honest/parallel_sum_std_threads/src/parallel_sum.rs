use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

use crate::numbers::numbers_of;

pub fn checked_sum(numbers: &[i64]) -> Option<i64> {
    let parts = numbers.chunks(numbers.len() / 4 + 1);
    let total = std::thread::scope(|scope| {
        let handles: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || {
                    let mut sum = 0i128;
                    for number in part {
                        sum += *number as i128;
                    }
                    sum
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or(i128::MAX)).sum::<i128>()
    });
    total.try_into().ok()
}

#[pyfunction]
pub fn parallel_sum(numbers: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = numbers.py();
    let numbers = numbers_of::<i64>(numbers)?;
    let result = py.detach(move || checked_sum(&numbers));
    if let Some(total) = result { Ok(total) } else { Err(PyOverflowError::new_err("")) }
}
