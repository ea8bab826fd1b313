//! wrong: tasks that nobody holds. The first answer wins, and the other requests go on to their end: tokio detaches them.
//! fails: test_the_first_answer_wins_and_the_others_are_cancelled
//! fails: test_cancelled
//! fails: losers_are_dropped
//! says: The tasks that lost run on

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;

use crate::async_fetch_data::{TIMEOUT, get, http_url, to_python};

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
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    for job in jobs {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send(job.await) });
    }
    drop(sender);
    let mut last = None;
    while let Some(result) = receiver.recv().await {
        if result.is_ok() {
            return Some(result);
        }
        last = Some(result);
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
pub fn first_of(py: Python<'_>, urls: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
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
