//! Starts tools as a person would from the course's folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use course_core::{Error, Result, workspace};

/// The folder of developers' tools below the course's.
pub(crate) const TOOLS: &str = "target/developer";

/// A tool of developers, such as `ruff`.
pub(crate) fn tool(root: &Path, name: &str) -> PathBuf {
    root.join(TOOLS).join("bin").join(name)
}

/// A program in the course's folder, without what `cargo run` says about this one: it would rebuild PyO3 at each
/// switch.
pub(crate) fn program(root: &Path, name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root);
    for (variable, _) in std::env::vars_os() {
        if workspace::describes_a_crate(&variable.to_string_lossy()) {
            command.env_remove(&variable);
        }
    }
    command
}

/// cargo in the course's folder, likewise without those variables.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = workspace::cargo(root);
    command.args(arguments);
    command
}

/// Runs a command with its output shown. An error names it if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = || {
        let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
        let program = command.get_program().to_string_lossy().into_owned();
        std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
    };
    let shown = shown();
    let status =
        command.status().map_err(|error| Error::new(format!("Cannot start `{shown}`: {error}.")).caused_by(error))?;
    if status.success() { Ok(()) } else { Err(Error::new(format!("`{shown}` failed: {status}."))) }
}

/// Runs a command and gives what it prints on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| Error::new(format!("Cannot start `{program}`: {error}.")).caused_by(error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Error::new(format!("`{program}` failed: {}.", output.status)))
    }
}
