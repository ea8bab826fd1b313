//! `cargo course grade`: hands over to the grader, a program of its own that learners never wait for.

use std::ffi::OsString;
use std::process::Stdio;

use course_core::catalogue::{Course, Module};
use course_core::{Error, Result, process, workspace};

use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "grade",
    arguments: "--submission DIR …",
    summary: "a grade that can be trusted; for a class too (grade --help)",
    takes: Takes::Anything(|arguments| Invocation::anywhere(move || run(&arguments))),
};

/// The grader's own status for "could not do its work, nothing is scored".
const COULD_NOT_GRADE: u8 = 1;

/// An error here has the grader's status for errors: the runner's own, 2, would mean an incomplete jail.
fn run(arguments: &[OsString]) -> Result<ExitStatus> {
    match hand_over(arguments) {
        Err(error) if !error.is_interrupted() => {
            output::complain(&error);
            Ok(ExitStatus::Grader(COULD_NOT_GRADE))
        }
        other => other,
    }
}

fn hand_over(arguments: &[OsString]) -> Result<ExitStatus> {
    let course = Course::find()?;
    let graded = graded(&course, arguments)?;
    if !graded.is_empty() {
        setup::ensure(&course, &graded)?;
    }
    let status = grader(&course, arguments)?.status().map_err(not_started)?;
    // 101 is cargo's: the grader does not build. 130 and no code at all: somebody stopped it.
    Ok(match status.code() {
        Some(101) => ExitStatus::Grader(COULD_NOT_GRADE),
        Some(code) => ExitStatus::Grader(u8::try_from(code).unwrap_or(COULD_NOT_GRADE)),
        None => ExitStatus::Interrupted,
    })
}

/// The modules that these arguments are about, as the grader understands them. Only what their tests need is set up. None if
/// the grader does not grade: it has a complaint then, or shows its help.
fn graded<'c>(course: &'c Course, arguments: &[OsString]) -> Result<Vec<&'c Module>> {
    let mut asking = grader(course, &[])?;
    let answer = asking.arg("--name-modules").args(arguments).stdin(Stdio::null()).output().map_err(not_started)?;
    if process::interrupted() {
        return Err(Error::interrupted());
    }
    let names = if answer.status.success() { String::from_utf8_lossy(&answer.stdout) } else { "".into() };
    Ok(course.modules.iter().filter(|module| names.lines().any(|name| name == module.name)).collect())
}

/// The grader, built if need be, in the folder that the teacher's paths start from.
fn grader(course: &Course, arguments: &[OsString]) -> Result<std::process::Command> {
    let here = std::env::current_dir()
        .map_err(|error| Error::new(format!("Cannot tell the current folder: {error}.")).caused_by(error))?;
    let mut command = workspace::cargo(&course.root);
    command.current_dir(here);
    command.args(["run", "--quiet", "--profile", "runner", "--package", "course-grader", "--manifest-path"]);
    command.arg(course.root.join("Cargo.toml")).arg("--").args(arguments);
    Ok(command)
}

fn not_started(error: std::io::Error) -> Error {
    Error::new(format!("Cannot start cargo: {error}.")).caused_by(error).advice("Install Rust from rustup.rs.")
}
