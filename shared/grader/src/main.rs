//! `cargo course grade`: a grade for a submission of native code that can be trusted without reading it.
//!
//! `intake` takes the learners' files, `builds` builds them in the `jail`, `tests_of` runs the tests from outside,
//! `reference` finds out which tests count, `scoring` what each is worth, `submission` puts a grade together, `class` does
//! many, `report` shows them.

#![forbid(unsafe_code)]

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("Grading needs Linux: the jail is made of its parts. On Windows, WSL has them.");
    std::process::ExitCode::from(1)
}

#[cfg(unix)]
mod app;
#[cfg(unix)]
mod builds;
#[cfg(unix)]
mod cgroup;
#[cfg(unix)]
mod class;
#[cfg(unix)]
mod extension;
#[cfg(unix)]
mod flags;
#[cfg(unix)]
mod grade;
#[cfg(unix)]
mod intake;
#[cfg(unix)]
mod jail;
#[cfg(unix)]
mod manifest;
#[cfg(unix)]
mod options;
#[cfg(unix)]
mod oracles;
#[cfg(unix)]
mod parallel;
#[cfg(unix)]
mod points;
#[cfg(unix)]
mod recipe;
#[cfg(unix)]
mod reference;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod room;
#[cfg(unix)]
mod scoring;
#[cfg(unix)]
mod submission;
#[cfg(unix)]
mod tests_of;
#[cfg(unix)]
mod workshop;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    app::main()
}
