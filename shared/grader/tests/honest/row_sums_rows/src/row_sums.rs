use crate::{layout, memory};
use ndarray::{Array1, ArrayView2};
use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

pub fn sum_rows(a: ArrayView2<'_, f64>) -> Array1<f64> {
    a.rows().into_iter().map(|row| row.sum()).collect()
}

#[pyfunction]
pub fn row_sums<'py>(py: Python<'py>, a: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    layout::check_aligned(&a)?;
    let view = a.as_array();
    memory::check_fits(&[view.nrows()])?;
    let sums = py.detach(|| sum_rows(view)).to_vec();
    Ok(PyArray1::from_vec(py, sums))
}
