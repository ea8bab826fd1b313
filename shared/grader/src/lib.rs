//! `cargo course grade`: a grade for a submission of native code that can be trusted without reading it.
//!
//! `environment` has all that no submission can touch: a clean copy of the course, the compiler's call, the sandbox.
//! `intake` takes the learners' files, `build` builds them in the sandbox, `session` runs the tests from outside.
//! `reference_run` finds out which tests count (`manifest`), `score` what each is worth, `submission` puts a grade
//! together, `class` does many, `report` shows them.

#![cfg(unix)]
#![forbid(unsafe_code)]

mod app;
mod build;
mod class;
mod command_line;
mod defence;
mod disk_space;
mod environment;
mod exclusive_access;
mod exit_status;
mod grade;
mod grading_context;
mod intake;
mod manifest;
mod parallel;
mod reference_run;
mod report;
mod retry_budget;
mod score;
mod session;
mod submission;
mod suspicious_code;
mod test_status;
mod unix;
mod untrusted_text;

pub use app::main;
