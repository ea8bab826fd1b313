//! `cargo xtask`: the work of contributors and CI on the course.
//!
//! ```text
//! cargo xtask ci [STEP]…               what CI runs: all of it, or these steps (`--list` names them)
//! cargo xtask book                     makes the book in target/book
//! cargo xtask bench [ARGUMENT]…        compares all modules with their peers (benchmarks/compare.py)
//! cargo xtask release VERSION          checks that this state can be released, and makes the tag
//! cargo xtask fmt [--check]            formats all Rust, also files that a macro declares
//! cargo xtask sync [--check]           writes what is derived (or only says what differs)
//! cargo xtask wrong new EX NAME FILE   makes a patch from an edited copy of the solution
//! cargo xtask wrong show EX.NAME       prints a wrong version whole
//! cargo xtask wrong write FOLDER       writes all wrong versions whole, as FOLDER/MODULE/EX.NAME.rs
//! cargo xtask wrong convert            makes patches of all whole files
//! ```

#![forbid(unsafe_code)]

mod background;
mod ci;
mod format;
mod release;
mod sync;
mod tools;
mod wrong;

use std::process::ExitCode;

use course_core::catalogue::Course;
use course_core::{Error, Result};

const HELP: &str = "\
cargo xtask: what contributors and CI do with the course.

  ci [STEP]…               what CI runs: all of it, or these steps; --list names them
  book                     makes the book in target/book
  bench [ARGUMENT]…        compares all modules with their peers: benchmarks/compare.py
  release VERSION          checks that this state can be released, and makes the tag
  fmt [--check]            formats all Rust, also files that a macro declares
  sync [--check]           writes what is derived from something else in the course, or only says what differs:
                           src from stubs, files of solutions from modules, the README's table of commands
  wrong new EX NAME FILE   makes a wrong version from an edited copy of the solution, as a patch
  wrong show EX.NAME       prints a wrong version whole
  wrong write FOLDER       writes all wrong versions whole, as FOLDER/MODULE/EX.NAME.rs
  wrong convert            makes patches of all whole files

Exit status: 0 done, 1 something failed or differs.
";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(arguments: &[String]) -> Result<bool> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let course = Course::find;
    match arguments.as_slice() {
        ["ci", steps @ ..] => ci::run(&course()?, steps),
        ["book"] => ci::run(&course()?, &["book"]),
        ["bench", arguments @ ..] => release::compare(&course()?, arguments),
        ["release", version] => release::run(&course()?, version),
        ["fmt"] => format::run(&course()?, false),
        ["fmt", "--check"] => format::run(&course()?, true),
        ["sync"] => sync::run(&course()?, false),
        ["sync", "--check"] => sync::run(&course()?, true),
        ["wrong", "new", exercise, name, file] => wrong::new(&course()?, exercise, name, file.as_ref()),
        ["wrong", "show", name] => wrong::show(&course()?, name),
        ["wrong", "write", folder] => wrong::write(&course()?, folder.as_ref()),
        ["wrong", "convert"] => wrong::convert(&course()?),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(true)
        }
        _ => Err(Error::new(format!("`cargo xtask {}` is no command.", arguments.join(" "))).advice(HELP.trim_end())),
    }
}
