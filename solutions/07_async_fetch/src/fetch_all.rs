//! Many pages at once, but not too many.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;

use crate::async_fetch_data::{TIMEOUT, get, http_url, to_python};
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
    assert!(limit > 0, "a limit of zero never lets a job begin");
    let numbered = jobs.into_iter().enumerate().map(|(index, job)| async move { Ok::<_, E>((index, job.await?)) });
    // Unordered, or a failure would wait for all jobs before it. The numbers bring the order back.
    let mut results: Vec<(usize, T)> = stream::iter(numbered).buffer_unordered(limit).try_collect().await?;
    results.sort_unstable_by_key(|&(index, _)| index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
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
    if limit == 0 {
        return Err(PyValueError::new_err("limit must be 1 or more, or no request could ever begin"));
    }
    // All of them before the first request: a typing error in the last must not cost the requests before it.
    let urls: Vec<_> = urls.iter().map(|url| http_url(url)).collect::<PyResult<_>>()?;
    let timeout = Duration::from_secs_f64(TIMEOUT);
    future_into_py(py, async move {
        in_order(urls.into_iter().map(|url| get(url, timeout)), limit).await.map_err(to_python)
    })
}
