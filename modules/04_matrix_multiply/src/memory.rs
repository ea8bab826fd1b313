//! Asks for memory before an array is made whose shape comes from the caller. This file is given.

use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;

/// Refuses a shape if a float64 array of that shape does not fit into memory.
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
    let items = shape.iter().filter(|&&length| length > 0).try_fold(1_usize, |all, &length| all.checked_mul(length));
    let items = items.filter(|&items| items <= isize::MAX as usize / size_of::<f64>()).ok_or_else(no_memory)?;
    let items = if shape.contains(&0) { 0 } else { items };
    Vec::<f64>::new().try_reserve_exact(items).map_err(|_| no_memory())
}
