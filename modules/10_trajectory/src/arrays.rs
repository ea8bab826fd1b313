//! Arrays of coordinates that arrive from Python, checked. This file is given.

use ndarray::Ix2;
use numpy::{
    Element, IntoPyArray, PyArray2, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn,
    PyUntypedArray, PyUntypedArrayMethods, dtype,
};
use pyo3::exceptions::{PyOverflowError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// A shape as Python writes it: `(4, 3)`, or `(4,)`.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        many => format!("({})", many.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The object as a float32 array of any shape, or a `TypeError` that says what it is instead.
pub fn float32<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<f32>>> {
    let py = object.py();
    let Ok(array) = object.cast::<PyUntypedArray>() else {
        let kind = object.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!("expected a NumPy array of float32, got {kind}")));
    };
    if !array.dtype().is_equiv_to(&dtype::<f32>(py)) {
        return Err(PyTypeError::new_err(format!("expected an array of float32, got one of {}", array.dtype())));
    }
    Ok(object.cast::<PyArrayDyn<f32>>()?.clone())
}

/// A copy of the rows of an array of shape `(n, 3)`, whatever its strides. `ValueError` for any other shape.
pub fn rows(array: &Bound<'_, PyArrayDyn<f32>>) -> PyResult<Vec<[f32; 3]>> {
    if array.ndim() != 2 || array.shape()[1] != 3 {
        return Err(wrong_shape("(n, 3)", array.shape()));
    }
    let array = plain(array)?;
    let array = borrow(&array)?;
    let view = array.as_array();
    let Ok(view) = view.into_dimensionality::<Ix2>() else {
        return Err(wrong_shape("(n, 3)", array.shape())); // Never: it has two dimensions.
    };
    Ok(view.rows().into_iter().map(|row| [row[0], row[1], row[2]]).collect())
}

/// `rows` of what `float32` lets in: positions from Python.
pub fn positions(object: &Bound<'_, PyAny>) -> PyResult<Vec<[f32; 3]>> {
    rows(&float32(object)?)
}

/// The numbers of an array of float32 or float64, in the order of its indices, and its shape. `TypeError` for any other.
pub fn floats(object: &Bound<'_, PyAny>) -> PyResult<(Vec<f64>, Vec<usize>)> {
    let Ok(array) = object.cast::<PyArrayDyn<f64>>() else {
        let array = float32(object).map_err(|error| {
            let text = error.value(object.py()).to_string().replace("float32", "float32 or float64");
            PyTypeError::new_err(text)
        })?;
        return Ok((items(&array)?.into_iter().map(f64::from).collect(), array.shape().to_vec()));
    };
    let array = plain(array)?;
    let array = borrow(&array)?;
    let view = array.as_array();
    // ndarray's `as_slice`: NumPy's also gives arrays in Fortran order, whose items lie in another order.
    let items = view.as_slice().map_or_else(|| view.iter().copied().collect(), <[f64]>::to_vec);
    Ok((items, array.shape().to_vec()))
}

/// The array, to be read. `RuntimeError` where another call of Rust is writing to it.
pub fn borrow<'py, T: Element>(array: &Bound<'py, PyArrayDyn<T>>) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    array.try_readonly().map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

/// The array itself, or a copy of it where ndarray could not look at the items: fields of packed records.
///
/// NumPy counts strides in bytes and allows any; ndarray counts them in items.
pub fn plain<'py, T: Element>(array: &Bound<'py, PyArrayDyn<T>>) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    let whole_items = array.strides().iter().all(|stride| stride % size_of::<T>() as isize == 0);
    if array.is_aligned() && whole_items {
        return Ok(array.clone());
    }
    Ok(array.call_method0("copy")?.cast_into()?)
}

/// The `ValueError` for a shape that does not fit.
pub fn wrong_shape(expected: &str, got: &[usize]) -> PyErr {
    PyValueError::new_err(format!("Expected shape {expected}, got {}", shape_text(got)))
}

/// A new array of shape `(n, 3)` that owns these positions. Nothing is copied.
pub fn to_array<'py>(py: Python<'py>, positions: Vec<[f32; 3]>) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let shape = [positions.len(), 3];
    positions.into_flattened().into_pyarray(py).reshape(shape)
}

/// A copy of the items of an array of any shape, in the order of its indices.
pub fn items(array: &Bound<'_, PyArrayDyn<f32>>) -> PyResult<Vec<f32>> {
    let array = plain(array)?;
    let array = borrow(&array)?;
    Ok(array.as_array().iter().copied().collect())
}

/// A number of things from Python: 0 or more, or a `ValueError` that names the argument.
pub fn count(object: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    object.extract::<u64>().map_err(|error| {
        let negative = error.is_instance_of::<PyOverflowError>(object.py()) && object.lt(0).unwrap_or(false);
        if negative { PyValueError::new_err(format!("{name} must be 0 or more, got {object}")) } else { error }
    })
}
