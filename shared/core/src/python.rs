//! The Python side of the machine: the choice of an interpreter, and the course's own environment made from it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::judging;
use crate::process::{self, CancellationToken, Limits};

/// The oldest Python that the course's packages support.
pub const OLDEST: (u32, u32) = (3, 11);

/// The year in whose October a Python gets its last fixes, as its release schedule says (PEP 664 and its successors).
#[must_use]
pub fn last_fixes(release: (u32, u32)) -> Option<u32> {
    match release {
        (3, minor @ 11..=15) => Some(2016 + minor),
        _ => None,
    }
}

/// The ending of the name under which Python imports an extension.
pub const EXTENSION_ENDING: &str = if cfg!(windows) { "pyd" } else { "so" };

/// Environment variable: the interpreter to make the environment from.
pub const CHOICE: &str = "COURSE_PYTHON";

/// An interpreter on this machine.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// The program; if it was found within an environment, the program that the environment was made from.
    pub path: PathBuf,
    /// As in `3.14.1`.
    pub version: String,
    /// Major and minor number.
    pub release: (u32, u32),
    /// The Python that extensions are built for: implementation, version, ABI flags and width, as in `cpython 3.14t 64bit`.
    pub signature: String,
    /// The installation that it belongs to; for an environment, the installation that it was made from.
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
    let settings: toml::Table = std::fs::read_to_string(settings_path(root)).ok()?.parse().ok()?;
    let signature = settings.get("env")?.get("PYO3_ENVIRONMENT_SIGNATURE")?.get("value")?.as_str()?;
    Some(signature.split(' ').nth(1)?.to_owned())
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

/// The interpreter's answers about itself.
fn ask(program: &[OsString]) -> Option<Interpreter> {
    // On Windows `sys.abiflags` does not exist, or says nothing of a missing GIL.
    const QUESTION: &str = "import sys, sysconfig; v = sys.version_info; flags = getattr(sys, 'abiflags', ''); \
        flags += 't' if sysconfig.get_config_var('Py_GIL_DISABLED') and 't' not in flags else ''; \
        print(v[0], v[1], sys.version.split()[0], getattr(sys, '_base_executable', None) or sys.executable, \
        f'{sys.implementation.name} {v[0]}.{v[1]}{flags} {64 if sys.maxsize > 2**32 else 32}bit', \
        sys.base_prefix, sep='\\n')";
    let (first, rest) = program.split_first()?;
    let mut command = Command::new(first);
    // Without `-X utf8` a path with an umlaut would come in the code page of Windows.
    command.args(rest).args(["-I", "-X", "utf8", "-c", QUESTION]);
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
    if let Some(choice) = choice() {
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

/// The value of `COURSE_PYTHON`, unless it is empty.
pub fn choice() -> Option<OsString> {
    std::env::var_os(CHOICE).filter(|choice| !choice.is_empty())
}

/// Whether an interpreter has no GIL and is older than 3.14. PyO3 does not build for these.
fn is_free_threaded_too_early(found: &Interpreter) -> bool {
    found.release < (3, 14) && found.signature.split(' ').nth(1).is_some_and(|version| version.contains('t'))
}

/// The interpreter that `COURSE_PYTHON` names, if it is set.
pub fn chosen() -> Option<Result<Interpreter>> {
    choice().is_some().then(find)
}

/// The first interpreter that is new enough, or an error that says which ones were too old.
pub fn find() -> Result<Interpreter> {
    let mut too_old = Vec::new();
    for program in candidates() {
        match ask(&program) {
            Some(found) if found.release >= OLDEST && !is_free_threaded_too_early(&found) => return Ok(found),
            Some(found) => too_old.push(found),
            None => {}
        }
    }
    let wanted = format!("{}.{}", OLDEST.0, OLDEST.1);
    Err(match too_old.first() {
        Some(found) if is_free_threaded_too_early(found) => Error::new(format!(
            "Python {} ({}) has no GIL, and PyO3 supports that from Python 3.14 on.",
            found.version,
            found.path.display()
        )),
        Some(found) => Error::new(format!(
            "Python {} ({}) is too old; the course needs {wanted} or newer.",
            found.version,
            found.path.display()
        )),
        None => match choice() {
            Some(choice) => {
                Error::new(format!("{CHOICE} names {}, which is no Python that runs.", choice.to_string_lossy()))
            }
            None => Error::new(format!("No Python found; the course needs {wanted} or newer.")),
        },
    }
    .advice(install_advice()))
}

/// Advice to install a Python on this platform.
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
    fn what_was_set_up_is_read_from_the_settings_as_toml() {
        let folder = crate::files::ScratchFolder::new(&std::env::temp_dir()).expect("a folder");
        let settings = settings_path(folder.path());
        // A value with a backslash stands in single quotes.
        for (value, expected) in [
            ("'cpython 3.14t 64bit C:\\Python314'", Some(((3, 14), false))),
            ("'cpython 3.15 64bit C:\\Python315'", Some(((3, 15), true))),
            ("\"cpython 3.11 64bit /usr\"", Some(((3, 11), true))),
            ("nonsense", None),
        ] {
            let text = format!(
                "[env]\nPYO3_PYTHON = {{ value = '/python', force = true }}\nPYO3_ENVIRONMENT_SIGNATURE = {{ value = {value}, force = true }}\n"
            );
            crate::files::write_atomically(&settings, text.as_bytes()).expect("a file");
            assert_eq!(release(folder.path()).map(|release| (release, has_gil(folder.path()))), expected, "{text}");
        }
    }

    #[test]
    fn pyo3_has_no_build_for_the_first_python_without_a_gil() {
        let found = |release, signature: &str| Interpreter {
            path: "/python".into(),
            version: String::new(),
            release,
            signature: signature.to_owned(),
            base: String::new(),
        };
        assert!(is_free_threaded_too_early(&found((3, 13), "cpython 3.13t 64bit")));
        assert!(!is_free_threaded_too_early(&found((3, 13), "cpython 3.13 64bit")));
        assert!(!is_free_threaded_too_early(&found((3, 14), "cpython 3.14t 64bit")));
    }

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
