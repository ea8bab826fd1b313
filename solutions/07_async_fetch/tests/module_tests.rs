//! The module's Rust tests, held against the solution.

extern crate async_fetch_solution as async_fetch;

#[path = "../../../modules/07_async_fetch/tests/fetch_all.rs"]
mod fetch_all_tests;
#[path = "../../../modules/07_async_fetch/tests/first_of.rs"]
mod first_of_tests;
