//! Tasks of one's own, and how they end.

use pyo3::prelude::*;

use crate::sequence::sequence_of;

/// Runs all `jobs`, each a task of its own, and gives the first result that is `Ok`, or else the failure that came last.
/// `None` if there are no jobs.
///
/// The tasks that lose are aborted. So are all, if this future is dropped.
///
/// # Panics
/// If a job panics before another one has succeeded. And outside of a tokio runtime.
pub async fn first_ok<J, T, E>(jobs: impl IntoIterator<Item = J>) -> Option<Result<T, E>>
where
    J: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    todo!("a JoinSet of all jobs; the first that succeeds, or the last failure")
}

/// The page that arrives first, of `urls` that all hold the same one.
///
/// All are asked at once. As soon as one has answered, or when this is cancelled, the other requests are cancelled.
///
/// Raises, at the call, `ValueError` for no URLs and for what is no http address. When awaited, if all fail, what
/// `async_fetch_data` raises for the one that failed last.
#[pyfunction]
pub fn first_of(py: Python<'_>, #[pyo3(from_py_with = sequence_of)] urls: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
    todo!("all addresses, or a ValueError; then the future: `first_ok` of one `get` for each address")
}
