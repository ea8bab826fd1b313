//! Mistakes of lecturers and students, and faults of machines, provoked: the real grader on submissions made here.
//!
//! They need a course that is set up (`cargo course setup`), and Linux.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // A test that cannot go on says so by ending.

mod class;
mod command;
mod environment;
mod hidden;
mod machine;
mod rules;
mod submission;
mod support;
