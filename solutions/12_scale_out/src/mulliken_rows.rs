//! One block of rows of Mulliken's analysis: what a worker of exercise 5 computes. Given; module 13 makes it fast.

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The array, or a copy of it where its items are not where ndarray would look for them.
///
/// An array that has come over the wire is a view of a message, and may begin at any byte of it: Dask promises nothing.
fn aligned<'py>(array: Bound<'py, PyArray2<f64>>) -> PyResult<PyReadonlyArray2<'py, f64>> {
    // NumPy counts strides in bytes and allows any; ndarray counts them in items.
    let whole_items = array.strides().iter().all(|stride| stride % size_of::<f64>() as isize == 0);
    let array = if array.is_aligned() && whole_items { array } else { array.call_method0("copy")?.cast_into()? };
    array.try_readonly().map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A number for each row: of P, and of P − P0.
type Charges<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// For each row μ of the three blocks: Σ_ν P_μν S_μν, and the same with P − P0.
///
/// Raises `TypeError` for anything but two-dimensional float64 arrays, `ValueError` if their shapes differ.
#[pyfunction]
pub fn mulliken_rows<'py>(
    py: Python<'py>,
    p: Bound<'py, PyArray2<f64>>,
    p0: Bound<'py, PyArray2<f64>>,
    s: Bound<'py, PyArray2<f64>>,
) -> PyResult<Charges<'py>> {
    if p.shape() != p0.shape() || p.shape() != s.shape() {
        return Err(PyValueError::new_err(format!(
            "p, p0 and s must have the same shape, not {:?}, {:?} and {:?}",
            p.shape(),
            p0.shape(),
            s.shape()
        )));
    }
    let (p, p0, s) = (aligned(p)?, aligned(p0)?, aligned(s)?);
    let (p, p0, s) = (p.as_array(), p0.as_array(), s.as_array());
    let (q, dq) = py.detach(|| {
        let rows = p.outer_iter().zip(p0.outer_iter()).zip(s.outer_iter());
        rows.map(|((p, p0), s)| {
            let items = p.iter().zip(&p0).zip(&s);
            items.fold((0.0, 0.0), |(q, dq), ((p, p0), s)| (q + p * s, dq + (p - p0) * s))
        })
        .collect::<(Vec<f64>, Vec<f64>)>()
    });
    Ok((PyArray1::from_vec(py, q), PyArray1::from_vec(py, dq)))
}
