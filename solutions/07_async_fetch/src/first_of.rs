//! Tasks of one's own, and how they end.

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;
use tokio::task::JoinSet;

use crate::async_fetch_data::{TIMEOUT, get, http_url, to_python};
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
    // A set aborts its tasks when it is dropped. A task whose `JoinHandle` is dropped runs on.
    let mut tasks: JoinSet<_> = jobs.into_iter().collect();
    let mut last = None;
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(Ok(result)) => return Some(Ok(result)),
            Ok(Err(failure)) => last = Some(Err(failure)),
            // Nobody aborts single tasks of the set, so it is a panic: it goes on here.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    last
}

/// The page that arrives first, of `urls` that all hold the same one.
///
/// All are asked at once. As soon as one has answered, or when this is cancelled, the other requests are cancelled.
///
/// Raises, at the call, `ValueError` for no URLs and for what is no http address. When awaited, if all fail, what
/// `async_fetch_data` raises for the one that failed last.
#[pyfunction]
pub fn first_of(py: Python<'_>, #[pyo3(from_py_with = sequence_of)] urls: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
    let urls: Vec<_> = urls.iter().map(|url| http_url(url)).collect::<PyResult<_>>()?;
    if urls.is_empty() {
        return Err(nothing_to_ask());
    }
    let timeout = Duration::from_secs_f64(TIMEOUT);
    future_into_py(py, async move {
        let first = first_ok(urls.into_iter().map(move |url| get(url, timeout))).await;
        first.ok_or_else(nothing_to_ask)?.map_err(to_python)
    })
}

fn nothing_to_ask() -> PyErr {
    PyValueError::new_err("urls is empty: there is nobody to ask")
}
