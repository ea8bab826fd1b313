//! Starts tools as a person would from the course's folder.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use course_core::{Error, Result, workspace};

/// The folder of developers' tools below the course's.
pub(crate) const TOOLS: &str = "target/developer";

/// A tool of developers, such as `ruff`.
pub(crate) fn tool(root: &Path, name: &str) -> PathBuf {
    root.join(TOOLS).join("bin").join(name)
}

/// A program in the course's folder, without the variables that `cargo run` sets for this one: they would rebuild PyO3
/// at each switch.
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

/// So many of the last lines of a command that failed are repeated in its error.
const REPEATED: usize = 40;

/// Runs a command with its output shown. If it fails, the error names it and repeats the last lines of its output: a log of
/// several thousand lines is read from its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    let program = command.get_program().to_string_lossy().into_owned();
    let is_tool = program.contains(TOOLS);
    let shown = std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ");
    let failed = |error: std::io::Error| {
        let missing = is_tool && error.kind() == io::ErrorKind::NotFound;
        let error = Error::new(format!("Cannot run `{shown}`: {error}.")).caused_by(error);
        if missing { error.advice("`cargo xtask ci tools` installs the developers' tools.") } else { error }
    };
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let last = Mutex::new(VecDeque::with_capacity(REPEATED));
    std::thread::scope(|scope| {
        scope.spawn(|| stdout.map(|output| show(output, io::stdout(), &last)));
        scope.spawn(|| stderr.map(|output| show(output, io::stderr(), &last)));
    });
    let status = child.wait().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    let last = last.into_inner().unwrap_or_else(PoisonError::into_inner);
    Err(Error::new(format!("{}\n`{shown}` failed: {status}.", Vec::from(last).join("\n"))))
}

/// Shows output line by line, and keeps the last lines of it.
fn show(output: impl Read, mut shown: impl Write, last: &Mutex<VecDeque<String>>) {
    for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        let _ = writeln!(shown, "{line}"); // Nobody may be reading any more; the command goes on.
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == REPEATED {
            last.pop_front();
        }
        last.push_back(line);
    }
}

/// Runs a command and gives what it prints on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::new(format!("Cannot start `{program}`: {error}.")).caused_by(error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Error::new(format!("`{program}` failed: {}.", output.status)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_repeats_the_end_of_its_output() {
        let fails =
            |script: &str| run(Command::new("sh").args(["-c", script])).expect_err("it ends with 3").to_string();
        let error = fails("seq 1 100; exit 3");
        assert!(error.starts_with("61\n62\n"), "{error}");
        assert!(error.contains("\n100\n`sh -c seq 1 100; exit 3` failed"), "{error}");
        let error = fails("echo why >&2; exit 3");
        assert!(error.starts_with("why\n`sh -c "), "{error}");
    }

    #[test]
    fn a_tool_that_is_not_there_is_installed_by_a_command() {
        let error = run(&mut Command::new(tool(Path::new("/nowhere"), "ruff"))).expect_err("it is not there");
        assert!(error.to_string().contains("cargo xtask ci tools"), "{error}");
    }
}
