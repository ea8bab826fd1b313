//! wrong: each item is added as it comes, so a bad one leaves those before it behind.
//! fails: test_an_item_is_no_number
//! fails: test_an_iterable_that_fails_half_way
//! says: Collect all items first

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::DataProcessor;

/// What `add_data` takes. The first variant that fits is taken.
#[derive(FromPyObject)]
pub enum Values<'py> {
    /// A one-dimensional float64 array: copied as a whole, without a Python float per item.
    Array(PyReadonlyArray1<'py, f64>),
    /// Anything else: visited item by item, if it can be.
    Iterable(Bound<'py, PyAny>),
}

/// The chunk size in the type that has no zero. Raises `ValueError` for 0.
pub fn checked_chunk_size(chunk_size: usize) -> PyResult<NonZeroUsize> {
    NonZeroUsize::new(chunk_size).ok_or_else(|| PyValueError::new_err("chunk_size must be at least 1, got 0"))
}

#[pymethods]
impl DataProcessor {
    /// An empty processor. Raises `ValueError` for a chunk size of 0.
    #[new]
    fn new(chunk_size: usize) -> PyResult<Self> {
        Ok(Self { buffer: VecDeque::new(), chunk_size: checked_chunk_size(chunk_size)?, total_seen: 0, callback: None })
    }

    /// Add numbers at the end: a float64 array, a list, any iterable. All of them, or none if one is no number.
    // `slf`, not `&mut self`: the iterable may be Python code, and it may look at this very processor. So the exclusive
    // borrow begins when the last item has come.
    fn add_data(slf: &Bound<'_, Self>, values: Values<'_>) -> PyResult<()> {
        match &values {
            // `as_array` takes alignment for granted: a field of a packed record goes the slow way.
            Values::Array(array) if array.is_aligned() => {
                let mut this = slf.try_borrow_mut()?;
                match array.as_slice() {
                    Ok(contiguous) => this.append(contiguous.iter()),
                    Err(_) => this.append(array.as_array().iter()),
                }
            }
            Values::Array(array) => {
                let items = items_of(array.as_any())?;
                slf.try_borrow_mut()?.append(items.iter());
            }
            Values::Iterable(iterable) => {
                for item in iterable.try_iter()? {
                    let item: f64 = item?.extract()?;
                    slf.try_borrow_mut()?.append([item].iter());
                }
            }
        }
        Ok(())
    }

    /// Forget all values. The chunk size and `total_seen` stay.
    fn clear(&mut self) {
        self.buffer.clear();
    }

    fn __repr__(&self) -> String {
        format!("DataProcessor(size={}, chunk_size={})", self.buffer.len(), self.chunk_size)
    }
}

impl DataProcessor {
    /// Adds the values and counts them.
    fn append<'a>(&mut self, values: impl ExactSizeIterator<Item = &'a f64>) {
        self.total_seen += values.len() as u64;
        self.buffer.extend(values);
    }
}

/// All items as floats, or the first error.
fn items_of(iterable: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    iterable.try_iter()?.map(|item| item?.extract()).collect()
}
