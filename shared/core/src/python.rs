//! The Python side of the machine: which interpreter, and the course's own environment made from it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::judging;
use crate::process::{self, CancellationToken, Limits};

/// The oldest Python that the course's packages support.
pub const OLDEST: (u32, u32) = (3, 11);

/// Environment variable: the interpreter to make the environment from.
pub const CHOICE: &str = "COURSE_PYTHON";

/// An interpreter on this machine.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// The program; if it was found within an environment, the one that the environment was made from.
    pub path: PathBuf,
    /// As in `3.14.1`.
    pub version: String,
    /// Major and minor number.
    pub release: (u32, u32),
    /// What an extension is built for: implementation, version, ABI flags and width, as in `cpython 3.14t 64bit`.
    pub signature: String,
    /// The installation that it belongs to; that of an environment's interpreter is the one it was made from.
    pub base: String,
}

/// The environment's folder.
pub fn environment(root: &Path) -> PathBuf {
    root.join(".venv")
}

/// The environment's interpreter.
pub fn environment_python(root: &Path) -> PathBuf {
    environment(root).join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// The file in which set-up tells cargo which interpreter to build for; see `.cargo/config.toml`.
pub fn settings_path(root: &Path) -> PathBuf {
    root.join(".cargo/python.toml")
}

/// Version and ABI flags of the Python that was set up, as in `3.14t`.
fn version_with_flags(root: &Path) -> Option<String> {
    let settings = std::fs::read_to_string(settings_path(root)).ok()?;
    let signature = settings.lines().find(|line| line.starts_with("PYO3_ENVIRONMENT_SIGNATURE"))?;
    Some(signature.split('"').nth(1)?.split(' ').nth(1)?.to_owned())
}

/// Whether the Python that was set up has a GIL. A Python without one has a `t` behind its version: `cpython 3.14t 64bit`.
pub fn has_gil(root: &Path) -> bool {
    !version_with_flags(root)
        .is_some_and(|version| version.trim_start_matches(|sign: char| !sign.is_alphabetic()).contains('t'))
}

/// Major and minor number of the Python that was set up.
pub fn release(root: &Path) -> Option<(u32, u32)> {
    release_of(version_with_flags(root)?.trim_end_matches(char::is_alphabetic))
}

/// Major and minor number in a text such as `3.14`.
#[must_use]
pub fn release_of(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The search path for programs, with the folder of Python's own library in front, where a program that links to it needs
/// that: on Windows.
pub fn search_path(root: &Path) -> Option<OsString> {
    if !cfg!(windows) {
        return None;
    }
    let settings = std::fs::read_to_string(environment(root).join("pyvenv.cfg")).ok()?;
    with_home_in_front(&settings, std::env::var_os("PATH").unwrap_or_default())
}

/// The `home` of `pyvenv.cfg` is the folder of the base's `python.exe`, and its DLL lies beside it.
fn with_home_in_front(settings: &str, path: OsString) -> Option<OsString> {
    let home = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    })?;
    std::env::join_paths(std::iter::once(home).chain(std::env::split_paths(&path))).ok()
}

/// A Python command that sees nothing of the user's own settings and packages.
pub fn command(root: &Path) -> Command {
    let mut command = Command::new(environment_python(root));
    command.args(["-I", "-X", "utf8"]).current_dir(root);
    command
}

/// One of the programs of `shared/python/run.py`, which judge or measure: with nothing of the user's environment.
pub fn program(root: &Path, name: &str) -> Command {
    let mut command = command(root);
    command.arg(root.join("shared/python/run.py")).arg(name);
    judging::isolate(&mut command);
    command
}

/// What the interpreter says of itself.
fn ask(program: &[OsString]) -> Option<Interpreter> {
    const QUESTION: &str = "import sys; v = sys.version_info; \
        print(v[0], v[1], sys.version.split()[0], getattr(sys, '_base_executable', None) or sys.executable, \
        f'{sys.implementation.name} {v[0]}.{v[1]}{getattr(sys, \"abiflags\", \"\")} {64 if sys.maxsize > 2**32 else 32}bit', \
        sys.base_prefix, sep='\\n')";
    let (first, rest) = program.split_first()?;
    let mut command = Command::new(first);
    command.args(rest).args(["-I", "-c", QUESTION]).env("PYTHONIOENCODING", "utf-8");
    let finished = process::run(
        &mut command,
        Limits { time: std::time::Duration::from_secs(20), output: 1 << 16 },
        &CancellationToken::default(),
    )
    .ok()?;
    if !finished.exit.success() {
        return None;
    }
    let mut lines = finished.stdout.lines();
    let mut next = || lines.next().map(str::trim);
    let release = (next()?.parse().ok()?, next()?.parse().ok()?);
    let version = next()?.to_owned();
    let path = PathBuf::from(next()?);
    let signature = next().filter(|line| !line.is_empty()).unwrap_or(&version).to_owned();
    let base = next().unwrap_or_default().to_owned();
    Some(Interpreter { path, version, release, signature, base })
}

/// The environment's interpreter, if it runs.
pub fn in_environment(root: &Path) -> Option<Interpreter> {
    let path = environment_python(root);
    if !path.exists() {
        return None;
    }
    // The path in the answer may be another name of the same file, so the path that was asked is kept.
    ask(&[path.clone().into_os_string()]).map(|found| Interpreter { path, ..found })
}

/// Every name under which an interpreter may be found, best first.
fn candidates() -> Vec<Vec<OsString>> {
    let mut names: Vec<Vec<OsString>> = Vec::new();
    if let Some(choice) = std::env::var_os(CHOICE) {
        return vec![vec![choice]];
    }
    names.push(vec!["python3".into()]);
    names.push(vec!["python".into()]);
    if cfg!(windows) {
        names.push(vec!["py".into(), "-3".into()]);
    }
    // A system's `python3` may be old while a newer one is installed beside it.
    names.extend((OLDEST.1..=15).rev().map(|minor| vec![format!("python3.{minor}").into()]));
    names
}

/// The interpreter that `COURSE_PYTHON` names, if it is set.
pub fn chosen() -> Option<Result<Interpreter>> {
    std::env::var_os(CHOICE).is_some().then(find)
}

/// The first interpreter that is new enough, or an error that says which ones were too old.
pub fn find() -> Result<Interpreter> {
    let mut too_old = Vec::new();
    for program in candidates() {
        match ask(&program) {
            Some(found) if found.release >= OLDEST => return Ok(found),
            Some(found) => too_old.push(found),
            None => {}
        }
    }
    let wanted = format!("{}.{}", OLDEST.0, OLDEST.1);
    Err(match too_old.first() {
        Some(found) => Error::new(format!(
            "Python {} ({}) is too old; the course needs {wanted} or newer.",
            found.version,
            found.path.display()
        )),
        None => match std::env::var_os(CHOICE) {
            Some(choice) => {
                Error::new(format!("{CHOICE} names {}, which is no Python that runs.", choice.to_string_lossy()))
            }
            None => Error::new(format!("No Python found; the course needs {wanted} or newer.")),
        },
    }
    .advice(install_advice()))
}

/// How one gets a Python on this platform.
pub fn install_advice() -> String {
    let install = if cfg!(windows) {
        "Install Python from python.org or with `winget install Python.Python.3.14`"
    } else if cfg!(target_os = "macos") {
        "Install it with `brew install python@3.14`, or from python.org"
    } else {
        "Install it with your package manager (Debian, Ubuntu: `sudo apt install python3 python3-venv`; Fedora: `sudo dnf install python3`)"
    };
    format!(
        "{install}, or install uv, which brings its own. Set {CHOICE} to choose one that is not on the PATH. Then run `cargo course setup`."
    )
}

/// The uv program, where it is installed and not switched off by `COURSE_NO_UV`.
pub fn uv() -> Option<PathBuf> {
    if std::env::var_os("COURSE_NO_UV").is_some_and(|value| !value.is_empty()) {
        return None;
    }
    let mut command = Command::new("uv");
    command.arg("--version");
    let finished = process::run(
        &mut command,
        Limits { time: std::time::Duration::from_secs(10), output: 1 << 16 },
        &CancellationToken::default(),
    )
    .ok()?;
    finished.exit.success().then(|| PathBuf::from("uv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_pythons_library_comes_first() {
        let path = std::env::join_paths(["/usr/bin", "/bin"]).expect("no separator inside");
        let found = with_home_in_front("include = no\nhome = /opt/python\nversion = 3.13.1\n", path.clone());
        let folders: Vec<PathBuf> =
            found.iter().flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>()).collect();
        assert_eq!(folders, ["/opt/python", "/usr/bin", "/bin"].map(PathBuf::from));
        assert_eq!(with_home_in_front("version = 3.13.1\n", path), None);
    }
}
