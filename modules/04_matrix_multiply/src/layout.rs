//! Checks of a NumPy array's memory, before ndarray looks at it or writes to it. This file is given.

use ndarray::Dimension;
use numpy::{Element, PyArray, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::ops::Range;

/// Refuses an array whose items are not where `as_array` would look for them.
///
/// NumPy counts strides in bytes and allows any; ndarray counts them in items. In a field of a packed record, a stride
/// may be one item and a half, and items may lie at addresses that Rust cannot use.
///
/// # Errors
///
/// `ValueError` for such an array.
pub fn check_aligned<T: Element, D: Dimension>(array: &Bound<'_, PyArray<T, D>>) -> PyResult<()> {
    // NumPy's flag asks for strides that fit the type's alignment, which may be smaller than its size.
    let whole_items = array.strides().iter().all(|stride| stride % size_of::<T>() as isize == 0);
    if array.is_aligned() && whole_items {
        return Ok(());
    }
    Err(PyValueError::new_err(
        "the items are not aligned in memory (a field of a packed record?): pass a copy of the array",
    ))
}

/// Refuses an array in which two items may share memory, as in a broadcast array or a sliding window.
///
/// To Rust every item of a mutable view is a place of its own. Every slice and every transpose of an ordinary array
/// passes; a few exotic layouts made with `as_strided` are refused although their items are apart.
///
/// # Errors
///
/// `ValueError` for such an array.
pub fn check_distinct_items<T: Element, D: Dimension>(array: &Bound<'_, PyArray<T, D>>) -> PyResult<()> {
    let mut axes: Vec<(usize, usize)> = steps(array).map(|(length, stride)| (stride.unsigned_abs(), length)).collect();
    axes.sort_unstable();
    // From the smallest stride up, each step must lead past all that the axes before it reach.
    let mut reach = size_of::<T>();
    for (stride, length) in axes {
        if stride < reach && !array.is_empty() {
            return Err(PyValueError::new_err("items of the array share memory (is it broadcast?): pass a copy"));
        }
        reach += stride * (length - 1);
    }
    Ok(())
}

/// Refuses two aligned arrays that may share memory, whoever owns it.
///
/// numpy's own borrow check knows that two views of one array belong together. Two arrays made separately over one
/// buffer, as `numpy.frombuffer` makes them, are strangers to it. This one compares addresses. Like the other, it
/// sees that `a[::2]` and `a[1::2]` are apart, and refuses some arrays that are apart in a more complicated way.
///
/// # Errors
///
/// `ValueError` for such arrays.
pub fn check_no_overlap<T: Element, D: Dimension>(
    one: &Bound<'_, PyArray<T, D>>,
    other: &Bound<'_, PyArray<T, D>>,
) -> PyResult<()> {
    let (ours, theirs) = (byte_range(one), byte_range(other));
    // All items of both arrays lie on one grid, so far apart; if the grid of one misses the other's, so do they.
    let grid = steps(one).chain(steps(other)).fold(0, |grid, (_, stride)| gcd(grid, stride.unsigned_abs()));
    let distance = (one.data() as usize).abs_diff(other.data() as usize);
    let same_grid = if grid == 0 { distance == 0 } else { distance.is_multiple_of(grid) };
    if ours.start < theirs.end && theirs.start < ours.end && same_grid {
        return Err(PyValueError::new_err("the arrays share memory: pass a copy of the one that is read"));
    }
    Ok(())
}

/// Length and stride, in bytes, of each axis along which there is a step to take.
fn steps<T: Element, D: Dimension>(array: &Bound<'_, PyArray<T, D>>) -> impl Iterator<Item = (usize, isize)> {
    array.shape().iter().copied().zip(array.strides().iter().copied()).filter(|&(length, _)| length > 1)
}

/// The addresses from the first byte of the array to after its last.
fn byte_range<T: Element, D: Dimension>(array: &Bound<'_, PyArray<T, D>>) -> Range<isize> {
    let first = array.data() as isize;
    if array.is_empty() {
        return first..first;
    }
    let reach = |(length, stride): (usize, isize)| stride * (length as isize - 1);
    let below: isize = steps(array).map(reach).filter(|&reach| reach < 0).sum();
    let above: isize = steps(array).map(reach).filter(|&reach| reach > 0).sum();
    first + below..first + above + size_of::<T>() as isize
}

/// The greatest common divisor; of 0 and `b` it is `b`.
fn gcd(a: usize, b: usize) -> usize {
    if a == 0 { b } else { gcd(b % a, a) }
}
