//! A page from a server, and what can go wrong on the way.

use std::sync::LazyLock;
use std::time::Duration;

use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use reqwest::{Client, Url};

/// How long a page may take, in seconds, where the caller does not say.
pub(crate) const TIMEOUT: f64 = 30.0;

/// One client for all: it keeps connections open and uses them again. No proxy, whatever the environment says.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().no_proxy().build().expect("there is nothing to configure that could fail"));

/// The server answered, and its answer is an error.
#[pyclass(extends = PyException, frozen, subclass, module = "async_fetch")]
#[derive(Debug)]
pub struct FetchError {
    /// The HTTP status, 400 or more.
    #[pyo3(get)]
    status: u16,
    /// The address that was asked for.
    #[pyo3(get)]
    url: String,
}

#[pymethods]
impl FetchError {
    #[new]
    fn new(status: u16, url: String) -> Self {
        Self { status, url }
    }

    fn __str__(&self) -> String {
        format!("{}: the server answered with status {}", self.url, self.status)
    }
}

/// An address that can be fetched. Raises `ValueError` for what is none, and for https: this build has no TLS.
pub(crate) fn http_url(text: &str) -> PyResult<Url> {
    let url = Url::parse(text).map_err(|error| PyValueError::new_err(format!("{text:?} is no URL: {error}")))?;
    if url.scheme() == "http" {
        Ok(url)
    } else {
        Err(PyValueError::new_err(format!("{text:?}: only http is supported, not {}", url.scheme())))
    }
}

/// The page at `url`, complete within `timeout`. Bytes that are no UTF-8 become U+FFFD.
pub(crate) async fn get(url: Url, timeout: Duration) -> reqwest::Result<String> {
    // As tutorials have it. Two things are missing: the status is not looked at, and nobody looks at the clock.
    CLIENT.get(url).send().await?.text().await
}

/// The Python exception for a page that did not come.
pub(crate) fn to_python(error: reqwest::Error) -> PyErr {
    // As tutorials have it: whatever happened is one and the same exception.
    PyRuntimeError::new_err(error.to_string())
}

/// The page at `url`, an http address, as text.
///
/// Raises, at the call, `ValueError` for what is no http address, and for a negative or undefined `timeout`. When
/// awaited: `FetchError` for a status of 400 or more, `TimeoutError` if the page is not there after `timeout` seconds,
/// `ConnectionError` if it cannot be had for any other reason.
#[pyfunction]
#[pyo3(signature = (url, *, timeout=TIMEOUT), text_signature = "(url, *, timeout=30.0)")]
pub fn async_fetch_data<'py>(py: Python<'py>, url: &str, timeout: f64) -> PyResult<Bound<'py, PyAny>> {
    todo!("the address and the Duration, each or a ValueError; then the future: `get`, its error through `to_python`")
}
