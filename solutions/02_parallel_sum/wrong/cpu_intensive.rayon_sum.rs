//! wrong: rayon's `.sum()`, which adds in an order that depends on the number of threads and on their luck.
//! fails: same_bits_whatever_the_number_of_threads
//! says: the bits depend on the number of threads

use ndarray::ArrayView1;
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
    0.0 + values.into_par_iter().map(|x| x.sin()).sum::<f64>()
}

/// The sum of sin x.
#[pyfunction]
pub fn cpu_intensive(py: Python<'_>, data: Samples<'_>) -> PyResult<f64> {
    let values = match &data {
        Samples::Array(array) if !array.is_aligned() => {
            return Err(PyValueError::new_err("the items are not aligned in memory"));
        }
        Samples::Array(array) => array.as_array(),
        Samples::List(list) => ArrayView1::from(list),
    };
    Ok(py.detach(|| sum_of_sines(values)))
}
