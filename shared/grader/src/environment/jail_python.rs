//! The jail's own Python environment: made from the lock files, their hashes checked, with nothing in it that the teacher
//! or `maturin develop` has installed into the course's. In the course's, a submission could load a solution.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use course_core::compile::last_lines;
use course_core::digest::Digest;
use course_core::process::{self, CancellationToken, Finished, Limits};
use course_core::{Error, Result, files, judging, python, tool_advice};

/// Says what the environment was made from: a line for the interpreter, and one for each lock file.
const STAMP: &str = "made-from.txt";

/// The interpreter of the jail's environment, which is made or completed if need be. `interpreter` says which Python the
/// course's environment has.
pub(super) fn make(work: &Path, locks: &[PathBuf], interpreter: &Interpreter) -> Result<PathBuf> {
    let folder = work.join("python");
    let python = folder.join("bin/python");
    let stamp = folder.join(STAMP);
    let wanted = Wanted::new(locks, interpreter)?;
    let made = std::fs::read_to_string(&stamp).unwrap_or_default();
    if wanted.is_in(&made) {
        return Ok(python);
    }
    let mut lines = wanted.lines.clone();
    if wanted.may_be_added_to(&made) {
        lines.extend(made.lines().filter(|line| !wanted.lines.iter().any(|new| new == line)).map(str::to_owned));
    } else {
        eprintln!("Making the jail's own Python environment from the lock files, once…");
        let _ = std::fs::remove_dir_all(&folder); // There may be none.
        files::make_folder(work)?;
        let mut venv = Command::new(&interpreter.base);
        venv.args(["-I", "-m", "venv"]).arg(&folder);
        judging::isolate(&mut venv);
        run(
            &mut venv,
            "The jail's Python environment cannot be made",
            "Delete the folder .venv, then run `cargo course setup`, so that the course has a Python that works.",
        )?;
    }
    let _ = std::fs::remove_file(&stamp); // If the installation breaks off, the next grading begins it anew.
    let missing = locks.iter().zip(&wanted.lines[1..]).filter(|(_, line)| !made.lines().any(|known| known == *line));
    let missing: Vec<&Path> = missing.map(|(lock, _)| lock.as_path()).collect();
    install(&python, &missing)?;
    files::write_atomically(&stamp, format!("{}\n", lines.join("\n")).as_bytes())?;
    Ok(python)
}

/// The Python that an environment is made with.
#[derive(Debug, Clone)]
pub(super) struct Interpreter {
    /// The program, outside of any environment.
    pub(super) base: PathBuf,
    /// Implementation, version, ABI and build: compiled packages depend on these.
    pub(super) identity: String,
}

/// The interpreter and the lock files that the environment has to be made from.
struct Wanted {
    /// The interpreter's line first, then one for each lock file.
    lines: Vec<String>,
}

impl Wanted {
    fn new(locks: &[PathBuf], interpreter: &Interpreter) -> Result<Self> {
        let mut lines = vec![format!("interpreter {} {}", interpreter.base.display(), interpreter.identity)];
        for lock in locks {
            let mut digest = Digest::new();
            digest.update(files::read(lock)?);
            lines.push(format!("{} {}", lock.file_name().unwrap_or_default().to_string_lossy(), digest.finish()));
        }
        Ok(Self { lines })
    }

    fn is_in(&self, made: &str) -> bool {
        self.lines.iter().all(|line| made.lines().any(|known| known == line))
    }

    /// Whether the interpreter is the same, and no lock file differs from the one that was installed.
    fn may_be_added_to(&self, made: &str) -> bool {
        made.lines().next() == self.lines.first().map(String::as_str)
            && made.lines().skip(1).all(|known| {
                let name = |line: &str| line.split(' ').next().map(str::to_owned);
                self.lines.iter().all(|line| line == known || name(line) != name(known))
            })
    }
}

/// Installs what the lock files list: from uv's cache, or with the network.
fn install(python: &Path, locks: &[&Path]) -> Result<()> {
    let requirements = || locks.iter().flat_map(|lock| [OsStr::new("-r"), lock.as_os_str()]);
    let mut command = if let Some(uv) = python::uv() {
        let mut command = Command::new(uv);
        // Copies: a link to uv's cache would be the same file as in the course's environment. Compiled now, as nothing
        // can be written there later.
        command.args(["pip", "install", "--require-hashes", "--link-mode", "copy", "--compile-bytecode", "--python"]);
        command.arg(python).args(requirements());
        command
    } else {
        let mut command = Command::new(python);
        command.args(["-I", "-X", "utf8", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]);
        command.args(["--progress-bar", "off", "--require-hashes"]).args(requirements());
        command.env("PIP_USER", "0"); // pip.conf may say otherwise, and an environment has no user's part.
        command
    };
    judging::isolate_but_for_downloads(&mut command);
    run(
        &mut command,
        "The packages of the jail's Python environment cannot be installed",
        "The first grading of this course needs the network, once, to fetch the locked packages; later ones do not. \
         Behind a proxy or a mirror, set what pip or uv need for it.",
    )?;
    let mut question = Command::new(python);
    question.args(["-I", "-c", "import numpy"]);
    judging::isolate(&mut question);
    run(
        &mut question,
        "The jail's Python environment does not have what was installed into it",
        "pip's own settings may send packages elsewhere (`target` or `prefix` in pip.conf): take that line out.",
    )
}

/// Runs a tool. `advice` is for failures whose reason it does not print in words that are known.
fn run(command: &mut Command, failed: &str, advice: &'static str) -> Result<()> {
    let Finished { exit, stdout, stderr } = process::run(command, Limits::NONE, &CancellationToken::default())?;
    if exit.success() {
        return Ok(());
    }
    let said = format!("{stdout}\n{stderr}");
    let program = command.get_program().to_string_lossy();
    Err(Error::new(format!("{failed}. `{program}` said:\n{}", last_lines(&said, 8)))
        .advice(tool_advice::for_installing(&said).unwrap_or(advice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(lines: &[&str]) -> Wanted {
        Wanted { lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[test]
    fn what_is_there_is_kept_and_completed() {
        let made = "interpreter 3.11\na.txt 1\nb.txt 1\n";
        assert!(wanted(&["interpreter 3.11", "a.txt 1"]).is_in(made));
        let more = wanted(&["interpreter 3.11", "a.txt 1", "c.txt 1"]);
        assert!(!more.is_in(made) && more.may_be_added_to(made));
    }

    #[test]
    fn another_interpreter_or_lock_file_begins_anew() {
        let made = "interpreter 3.11\na.txt 1\nb.txt 1\n";
        for lines in [["interpreter 3.12", "a.txt 1"], ["interpreter 3.11", "a.txt 2"]] {
            let other = wanted(&lines);
            assert!(!other.is_in(made) && !other.may_be_added_to(made), "{lines:?}");
        }
        assert!(!wanted(&["interpreter 3.11"]).may_be_added_to(""));
    }
}
