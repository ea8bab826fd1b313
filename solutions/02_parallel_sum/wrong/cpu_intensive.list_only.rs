//! wrong: the tutorials' version: `Vec<f64>` reads arrays item by item, one thread works, and no floats give -0.0.
//! fails: test_nothing
//! says: the `.sum()` of no floats is -0.0

use ndarray::ArrayView1;
use pyo3::prelude::*;

/// The sum of sin x over `values`.
pub fn sum_of_sines(values: ArrayView1<'_, f64>) -> f64 {
    values.iter().map(|x| x.sin()).sum()
}

/// The sum of sin x.
#[pyfunction]
pub fn cpu_intensive(py: Python<'_>, data: Vec<f64>) -> PyResult<f64> {
    Ok(py.detach(|| sum_of_sines(ArrayView1::from(&data))))
}
