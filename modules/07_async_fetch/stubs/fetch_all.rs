//! Many pages at once, but not too many.

use pyo3::prelude::*;

use crate::sequence::sequence_of;

/// Runs the `jobs`, at most `limit` at a time, and gives their results in the order of the jobs.
///
/// The first failure, whichever job it comes from, ends it all: the jobs that run are dropped, the rest never begin.
///
/// # Panics
/// If `limit` is zero.
pub async fn in_order<J, T, E>(jobs: impl IntoIterator<Item = J>, limit: usize) -> Result<Vec<T>, E>
where
    J: Future<Output = Result<T, E>>,
{
    todo!("a stream of numbered jobs, buffered but not in order, collected, sorted")
}

/// The pages at `urls`, in this order, with at most `limit` requests in flight.
///
/// Raises, at the call, `ValueError` for a `limit` of 0 and for what is no http address. When awaited, what
/// `async_fetch_data` raises, for the page that fails first; all other requests are cancelled.
#[pyfunction]
pub fn fetch_all(
    py: Python<'_>,
    #[pyo3(from_py_with = sequence_of)] urls: Vec<String>,
    limit: usize,
) -> PyResult<Bound<'_, PyAny>> {
    todo!("the limit and all addresses, or a ValueError; then the future: `in_order` of one `get` for each address")
}
