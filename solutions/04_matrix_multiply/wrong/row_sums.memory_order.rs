//! wrong: `as_slice` and `chunks`: it accepts Fortran order too, and then these are no rows.
//! fails: test_any_layout
//! fails: test_a_transposed_matrix
//! says: `as_slice` gives memory order

use ndarray::{Array1, ArrayView2};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// The sum of each row.
pub fn sum_rows(a: ArrayView2<'_, f64>) -> Array1<f64> {
    a.rows().into_iter().map(|row| row.sum()).collect()
}

/// The sum of each row of a two-dimensional float64 array.
#[pyfunction]
pub fn row_sums<'py>(py: Python<'py>, a: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (rows, columns) = (a.shape()[0], a.shape()[1]);
    let items = a.as_slice()?;
    let sums =
        if columns == 0 { Array1::zeros(rows) } else { items.chunks(columns).map(|row| row.iter().sum()).collect() };
    Ok(sums.into_pyarray(py))
}
