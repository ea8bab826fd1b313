//! A small picture of a large one, from bytes that nobody vouches for.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The most memory that decoded pixels may take.
pub const LIMIT: u64 = 512 << 20;

/// The size of a thumbnail: the same shape, no side longer than `max_side`, none shorter than 1, and never enlarged.
///
/// The shorter side is rounded half up.
pub fn fit(width: u32, height: u32, max_side: u32) -> (u32, u32) {
    todo!("in u64, so that no product wraps")
}

/// An encoded PNG or JPEG as a thumbnail in the same format: upright, no side longer than `max_side`, never enlarged.
///
/// Raises `TypeError` for what is no buffer of bytes, and `ValueError` for what is no PNG or JPEG, for a truncated or damaged
/// file, for a picture that would take more than 512 MiB, and for a `max_side` below 1.
#[pyfunction]
pub fn thumbnail<'py>(py: Python<'py>, data: &Bound<'py, PyAny>, max_side: i64) -> PyResult<Bound<'py, PyBytes>> {
    todo!("copy the bytes; detached: open, check the size, decode, scale, turn, encode")
}
