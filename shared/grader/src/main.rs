//! `cargo course grade`; see the library.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    course_grader::main()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("Grading needs Linux: the jail is made of its parts. On Windows, WSL has them.");
    ExitCode::from(1)
}
