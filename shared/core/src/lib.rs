//! The parts that the runner and the grader share. Nothing here knows about terminals or about grades.
//!
//! `catalogue` lists modules and exercises, `staging` copies a module with chosen versions of its exercises, `compile`
//! builds it with cargo, `recipe` says how rustc does the same for other sources, `process` runs programs within limits,
//! `judging` keeps the user's environment from them, `jobs` are orders to Python programs, and `events` are their reports.

// Windows has no safe way to end a child with its descendants: `process/windows_job.rs` alone is let off.
#![cfg_attr(not(windows), forbid(unsafe_code))]
#![deny(unsafe_code)]

pub mod catalogue;
pub mod compile;
pub mod digest;
pub mod error;
pub mod events;
pub mod files;
pub mod jobs;
pub mod judging;
mod lock_holder;
pub mod locks;
pub mod package_settings;
pub mod patch;
pub mod process;
pub mod python;
pub mod recipe;
pub mod staging;
pub mod tool_advice;
pub mod workspace;
pub mod wrong_versions;

pub use error::{Error, ErrorKind, Result};
