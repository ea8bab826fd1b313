//! Module 02: `par_iter` over whatever PyO3 gives.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use rayon::prelude::*;

/// The sum of a list. Wraps round beyond 64 bits, and stays attached.
#[pyfunction]
pub(crate) fn parallel_sum(numbers: Vec<i64>) -> i64 {
    numbers.par_iter().sum()
}

/// The numbers above the threshold, doubled.
#[pyfunction]
pub(crate) fn process_numbers(numbers: Vec<i64>, threshold: i64) -> Vec<i64> {
    numbers.par_iter().filter(|&&number| number > threshold).map(|&number| number * 2).collect()
}

/// The sum of an array that is contiguous. Wraps round beyond 64 bits.
#[pyfunction]
pub(crate) fn sum_array(array: PyReadonlyArray1<'_, i64>) -> PyResult<i64> {
    Ok(array.as_slice()?.par_iter().sum())
}

/// The sum of the sines of a list. Its last bits depend on how the threads share the work.
#[pyfunction]
pub(crate) fn cpu_intensive(data: Vec<f64>) -> f64 {
    data.par_iter().map(|x| x.sin()).sum()
}
