//! Module 07: tokio behind asyncio.
//!
//! One file per exercise, and two that are given, `attempt.rs` and `sequence.rs`. This file is the table of contents.

pub mod async_fetch_data;
pub mod async_sleep;
mod attempt;
pub mod fetch_all;
pub mod first_of;
pub mod retry;
pub mod sequence;
pub mod ticker;

/// asyncio in front, tokio behind: sleeping, fetching, cancelling, retrying and ticking.
#[pyo3::pymodule(name = "async_fetch")]
mod python {
    #[pymodule_export]
    use super::async_fetch_data::{FetchError, async_fetch_data};
    #[pymodule_export]
    use super::async_sleep::async_sleep;
    #[pymodule_export]
    use super::fetch_all::fetch_all;
    #[pymodule_export]
    use super::first_of::first_of;
    #[pymodule_export]
    use super::retry::retry;
    #[pymodule_export]
    use super::ticker::{Ticker, ticker};
}
