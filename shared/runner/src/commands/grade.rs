//! `cargo course grade`: hands over to the grader, a program of its own that learners never wait for.

use std::ffi::OsString;

use crate::catalogue::Course;
use crate::fault::{Fault, Outcome};
use crate::setup;
use crate::terminal;
use crate::workspace;

/// The grader's own word for "could not do its work, nothing is scored".
const COULD_NOT: u8 = 1;

/// Every fault is the grader's "could not": the runner's exit status 2 would mean an incomplete jail here.
pub(crate) fn run(arguments: &[OsString]) -> Outcome<u8> {
    match hand_over(arguments) {
        Err(fault) if !fault.is_interrupted() => {
            terminal::complain(&fault);
            Ok(COULD_NOT)
        }
        other => other,
    }
}

fn hand_over(arguments: &[OsString]) -> Outcome<u8> {
    let course = Course::find()?;
    let wants_help = arguments.iter().any(|argument| argument == "--help" || argument == "-h");
    if !wants_help {
        setup::ensure(&course, &course.modules.iter().collect::<Vec<_>>())?;
    }
    let here =
        std::env::current_dir().map_err(|error| Fault::new(format!("Cannot tell the current folder: {error}.")))?;
    let mut command = workspace::cargo(&course.root);
    command.current_dir(here); // What the teacher's paths start from.
    command.args(["run", "--quiet", "--profile", "runner", "--package", "course-grader", "--manifest-path"]);
    command.arg(course.root.join("Cargo.toml")).arg("--").args(arguments);
    let status = command
        .status()
        .map_err(|error| Fault::new(format!("Cannot start cargo: {error}.")).mend("Install Rust from rustup.rs."))?;
    // 101 is cargo's: the grader does not build. 130 and no code at all: somebody stopped it.
    Ok(match status.code() {
        Some(101) => COULD_NOT,
        Some(code) => u8::try_from(code).unwrap_or(COULD_NOT),
        None => 130,
    })
}
