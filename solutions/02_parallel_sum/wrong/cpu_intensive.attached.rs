//! wrong: no `detach`: the cores are busy, and every other Python thread stands still.
//! fails: test_other_threads_run_meanwhile
//! says: The work ran attached

use ndarray::{ArrayView1, Axis};
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// A float64 array or a list.
#[derive(FromPyObject)]
pub enum Samples<'py> {
    /// Read where it lies.
    Array(PyReadonlyArray1<'py, f64>),
    /// Copied.
    List(Vec<f64>),
}

/// The sum of sin x over `values`.
pub fn sum_of_sines(values: ArrayView1<'_, f64>) -> f64 {
    let partial_sums: Vec<f64> = values
        .axis_chunks_iter(Axis(0), 4096)
        .into_par_iter()
        .map(|block| block.fold(0.0, |sum, x| sum + x.sin()))
        .collect();
    partial_sums.iter().fold(0.0, |sum, partial| sum + partial)
}

/// The sum of sin x.
#[pyfunction]
pub fn cpu_intensive(data: Samples<'_>) -> PyResult<f64> {
    match &data {
        Samples::Array(array) if !array.is_aligned() => {
            Err(PyValueError::new_err("the items are not aligned in memory"))
        }
        Samples::Array(array) => Ok(sum_of_sines(array.as_array())),
        Samples::List(list) => Ok(sum_of_sines(ArrayView1::from(list))),
    }
}
