//! Module 04: NumPy arrays in Rust without copies: views, layouts, borrows, and when to call a library.
//!
//! One file per exercise, and `norm_in_lanes`, which is given, to compare with. This file is the table of contents. It also
//! holds `layout` and `memory`, which the exercises use, and `team`, for when rayon's own iterators are not fast enough.

pub mod array_multiply;
pub mod compute_stats;
pub mod in_place;
pub mod matrix_multiply;
pub mod matrix_multiply_fast;
pub mod norm;
pub mod norm_in_lanes;
pub mod row_sums;

/// NumPy arrays without copies: sums, statistics, products, work in place.
#[pyo3::pymodule(name = "matrix_multiply")]
mod python {
    #[pymodule_export]
    use super::array_multiply::array_multiply;
    #[pymodule_export]
    use super::compute_stats::compute_stats;
    #[pymodule_export]
    use super::in_place::{add_into, scale_in_place};
    #[pymodule_export]
    use super::matrix_multiply::matrix_multiply;
    #[pymodule_export]
    use super::matrix_multiply_fast::matrix_multiply_fast;
    #[pymodule_export]
    use super::norm::norm;
    #[pymodule_export]
    use super::norm_in_lanes::norm_in_lanes;
    #[pymodule_export]
    use super::row_sums::row_sums;
}

/// The conditions under which ndarray may look at, or write to, a NumPy array's memory. Written once, for all exercises.
pub mod layout {
    use ndarray::Dimension;
    use numpy::{Element, PyArray, PyArrayMethods, PyUntypedArrayMethods};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use std::ops::Range;

    /// Refuses an array whose items are not where `as_array` would look for them.
    ///
    /// NumPy counts strides in bytes and allows any; ndarray counts them in items. A field of a packed record has
    /// strides that are no whole number of items, and its items may lie at addresses that Rust cannot use.
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
        let mut axes: Vec<(usize, usize)> =
            steps(array).map(|(length, stride)| (stride.unsigned_abs(), length)).collect();
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
}

/// Whether there is memory for an array that an argument's shape asks for. Written once, for all exercises.
pub mod memory {
    use pyo3::exceptions::PyMemoryError;
    use pyo3::prelude::*;

    /// Refuses the shape of a float64 array for which there is no memory.
    ///
    /// `Array2::zeros`, `to_owned` and their like end the process if they do not get their memory. This asks for it and
    /// gives it back, so that they get it afterwards.
    ///
    /// # Errors
    ///
    /// `MemoryError` for such a shape.
    pub fn check_fits(shape: &[usize]) -> PyResult<()> {
        let no_memory = || PyMemoryError::new_err(format!("there is no memory for an array of shape {shape:?}"));
        // Without the axes of length 0: ndarray wants that product to be no overflow either.
        let items =
            shape.iter().filter(|&&length| length > 0).try_fold(1_usize, |all, &length| all.checked_mul(length));
        let items = items.filter(|&items| items <= isize::MAX as usize / size_of::<f64>()).ok_or_else(no_memory)?;
        let items = if shape.contains(&0) { 0 } else { items };
        Vec::<f64>::new().try_reserve_exact(items).map_err(|_| no_memory())
    }
}

/// Work shared out among all cores. The exercises do not ask for it: rayon's own iterators pass their tests.
pub mod team {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// `work(task)` for each task, in the order of the tasks.
    ///
    /// This thread takes part, with all but one of rayon's. A parallel iterator would leave everything to rayon's threads,
    /// which have to be woken one by one, and this thread would sleep meanwhile. For some milliseconds of work that shows. A
    /// thread that is free takes the next task, so a thread that comes late does no harm.
    pub fn map<T, R: Send>(tasks: impl Iterator<Item = T> + Send, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let tasks = Mutex::new(tasks.enumerate());
        let results = Mutex::new(Vec::new());
        let take_part = || {
            // The lock is given back at the end of this line, before the work.
            let next = || lock(&tasks).next();
            let mut own = Vec::new();
            while let Some((place, task)) = next() {
                own.push((place, work(task)));
            }
            lock(&results).append(&mut own);
        };
        rayon::in_place_scope(|scope| {
            for _ in 1..rayon::current_num_threads() {
                scope.spawn(|_| take_part());
            }
            take_part();
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_unstable_by_key(|&(place, _)| place);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// A lock that a panic left behind is as good as any: rayon hands the panic on, and the results are dropped.
    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
