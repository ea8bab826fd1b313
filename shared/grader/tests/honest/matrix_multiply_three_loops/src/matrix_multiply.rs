use crate::{layout, memory};
use ndarray::{Array2, ArrayView2};
use numpy::{PyArray2, PyReadonlyArray2, ToPyArray};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

pub fn multiply(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    let (m, k) = a.dim();
    let n = b.dim().1;
    let mut c = Array2::<f64>::zeros((m, n));
    for i in 0..m {
        for p in 0..k {
            let factor = a[[i, p]];
            for j in 0..n {
                c[[i, j]] += factor * b[[p, j]];
            }
        }
    }
    c
}

#[pyfunction]
pub fn matrix_multiply<'py>(
    py: Python<'py>,
    a: PyReadonlyArray2<'py, f64>,
    b: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    layout::check_aligned(&a)?;
    layout::check_aligned(&b)?;
    let (a, b) = (a.as_array(), b.as_array());
    if a.ncols() != b.nrows() {
        let message = format!("inner dimensions differ: {:?} and {:?}", a.shape(), b.shape());
        return Err(PyValueError::new_err(message));
    }
    memory::check_fits(&[a.nrows(), b.ncols()])?;
    memory::check_fits(b.shape())?; // A broadcast one may have more items than anybody can read.
    let c = py.detach(|| multiply(a, b));
    memory::check_fits(c.shape())?; // `to_pyarray` makes a second copy.
    Ok(c.to_pyarray(py))
}
