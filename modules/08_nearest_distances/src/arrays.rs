//! Given: what must hold before the exercises look into an array of points. Written once, for all of them.

use ndarray::{ArrayView2, Ix2};
use numpy::{PyArrayDescrMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// The rows of an array of shape (n, 2) that holds finite numbers. No copy is made. `name` is what errors call it.
///
/// # Errors
///
/// `ValueError` for another shape, for items that are not aligned, and for NaN and infinities. `TypeError` for a masked
/// array: its hidden values would be read as if they were there.
pub fn rows<'a>(name: &str, array: &'a PyReadonlyArrayDyn<'_, f64>) -> PyResult<ArrayView2<'a, f64>> {
    check_layout(name, array)?;
    let shape = shape_of(array);
    let rows =
        view(array).ok_or_else(|| PyValueError::new_err(format!("{name} must have the shape (n, 2), not {shape}")))?;
    check_finite(name, rows)?;
    Ok(rows)
}

/// The rows of two arrays, as [`rows`] gives them.
///
/// # Errors
///
/// As for [`rows`], but the error about shapes names both; and `ValueError` where there are points but no others.
pub fn pair<'a>(
    (points_name, points): (&str, &'a PyReadonlyArrayDyn<'_, f64>),
    (others_name, others): (&str, &'a PyReadonlyArrayDyn<'_, f64>),
) -> PyResult<(ArrayView2<'a, f64>, ArrayView2<'a, f64>)> {
    check_layout(points_name, points)?;
    check_layout(others_name, others)?;
    let (Some(point_rows), Some(other_rows)) = (view(points), view(others)) else {
        return Err(PyValueError::new_err(format!(
            "{points_name} and {others_name} must have the shapes (n, 2) and (m, 2), not {} and {}",
            shape_of(points),
            shape_of(others)
        )));
    };
    check_finite(points_name, point_rows)?;
    check_finite(others_name, other_rows)?;
    if other_rows.is_empty() && !point_rows.is_empty() {
        return Err(PyValueError::new_err(format!("{others_name} has no rows: there is nothing to be near to")));
    }
    Ok((point_rows, other_rows))
}

/// A vector with room for `length` items.
///
/// # Errors
///
/// `MemoryError` where there is no such room. (A plain `Vec::with_capacity` would end the process.)
pub fn reserve<T>(length: Option<usize>) -> PyResult<Vec<T>> {
    let mut room = Vec::new();
    match length.map(|length| room.try_reserve_exact(length)) {
        Some(Ok(())) => Ok(room),
        _ => Err(PyMemoryError::new_err("the result does not fit in memory")),
    }
}

/// The view, if the shape is (n, 2).
fn view<'a>(array: &'a PyReadonlyArrayDyn<'_, f64>) -> Option<ArrayView2<'a, f64>> {
    let view = array.as_array().into_dimensionality::<Ix2>().ok()?;
    (view.ncols() == 2).then_some(view)
}

/// `as_array` looks for items at whole multiples of their size. NumPy allows any stride, and the fields of a packed
/// record have others.
fn check_layout(name: &str, array: &PyReadonlyArrayDyn<'_, f64>) -> PyResult<()> {
    let whole_items = array.strides().iter().all(|stride| stride % array.dtype().itemsize() as isize == 0);
    if !(array.is_aligned() && whole_items) {
        return Err(PyValueError::new_err(format!(
            "the items of {name} are not aligned in memory (fields of a packed record?): pass a copy of the array"
        )));
    }
    if array.hasattr("mask")? {
        return Err(PyTypeError::new_err(format!(
            "{name} is a masked array: drop the masked rows first, for instance with numpy.ma.compress_rows"
        )));
    }
    Ok(())
}

fn check_finite(name: &str, rows: ArrayView2<'_, f64>) -> PyResult<()> {
    // One flag for all items and no early exit: the compiler can use vector instructions.
    if rows.fold(true, |all, item| all & item.is_finite()) {
        return Ok(());
    }
    match rows.rows().into_iter().position(|row| !(row[0].is_finite() && row[1].is_finite())) {
        Some(row) => {
            Err(PyValueError::new_err(format!("{name}[{row}] is not finite: ({}, {})", rows[(row, 0)], rows[(row, 1)])))
        }
        None => Ok(()), // Another thread has just written to the array.
    }
}

/// As Python writes it.
fn shape_of(array: &PyReadonlyArrayDyn<'_, f64>) -> String {
    match array.shape() {
        [length] => format!("({length},)"),
        lengths => format!("({})", lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
