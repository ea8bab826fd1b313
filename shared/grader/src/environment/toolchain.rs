//! The compiler, the Python and the built jail of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, judging, python, workspace};

use super::jail_python::Interpreter;
use super::readable::{self, Installations, PrivateFolders, Readable};

/// Enough for one question to a tool.
const LIMITS: Limits = Limits { time: Duration::from_secs(60), output: 1 << 16 };

/// The compiler, and the paths that it needs to see.
#[derive(Debug, Clone)]
pub(super) struct Rust {
    /// By its whole path: cargo calls one that is not rustup's by its name alone.
    pub(super) rustc: PathBuf,
    pub(super) version: String,
    /// The paths that compiler and linker need to read.
    pub(super) read: Vec<Readable>,
    /// `PATH` in the jail: the folders of the system's programs, then those of compiler and linker.
    pub(super) path: String,
}

/// Asks rustc for its place and its version, and looks for the linker that it will call.
pub(super) fn ask_rustc(root: &Path, private: &PrivateFolders) -> Result<Rust> {
    let ask = |question: &[&str]| -> Result<String> {
        let mut command = Command::new("rustc");
        command.args(question).current_dir(root);
        judging::isolate(&mut command);
        let finished = process::run(&mut command, LIMITS, &CancellationToken::default())?;
        if finished.exit.success() {
            Ok(finished.stdout.trim().to_owned())
        } else {
            Err(Error::new(format!("rustc does not run:\n{}", finished.stderr.trim_end())))
        }
    };
    let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
    let version = ask(&["--version"])?;
    let own = sysroot.join("bin/rustc");
    let rustc = if own.is_file() { Some(own) } else { on_path("rustc") }.ok_or_else(|| {
        Error::new(format!("There is no rustc in {} nor on the PATH.", sysroot.display()))
            .advice("Install Rust from rustup.rs, or put your own rustc on the PATH.")
    })?;
    let linker = on_path("cc").ok_or_else(|| {
        Error::new("There is no linker: `cc` is not on the PATH.")
            .advice("Debian, Ubuntu: `sudo apt install build-essential`. Others: install GCC or Clang.")
    })?;
    let installations = Installations::beside(private);
    // rustc lies in `bin`; the libraries that it loads, and the standard library, in `lib`.
    let own = if installations.is_only_a_programs(&sysroot) { sysroot } else { sysroot.join("lib") };
    let mut read = Readable::all([own], "rustc's own libraries, as `rustc --print sysroot` names them");
    let mut path = vec!["/usr/bin".to_owned(), "/bin".to_owned()];
    for (name, program) in [("compiler", &rustc), ("linker", &linker)] {
        let because = format!("the {name} {}", program.display());
        readable::add(&mut read, Readable::all(installations.needs(program), &because));
        let folder = program.parent().unwrap_or(program).to_string_lossy().into_owned();
        if !path.contains(&folder) {
            path.push(folder);
        }
    }
    Ok(Rust { rustc, version, read, path: path.join(":") })
}

/// A program by its name, as the shell finds it.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut programs = std::env::split_paths(&path).filter_map(|folder| std::path::absolute(folder.join(name)).ok());
    programs.find(|program| program.is_file())
}

/// The answer of the course's Python about itself.
pub(super) struct PythonAnswer {
    /// The paths that it needs to read: the folder that it comes from, and those with libraries that it loads.
    pub(super) read: Vec<Readable>,
    /// Folders for installed packages inside these. Somebody may have installed a solution there.
    pub(super) hide: Vec<PathBuf>,
    /// The interpreter that other environments are made with.
    pub(super) interpreter: Interpreter,
    /// For the reports.
    pub(super) versions: BTreeMap<String, String>,
}

/// Asks the environment's Python for its origin and for versions.
pub(super) fn ask_python(root: &Path, private: &PrivateFolders) -> Result<PythonAnswer> {
    // pyenv's and uv's Pythons have a folder of their own, with links to it; Homebrew's and conda's load libraries from
    // elsewhere.
    const QUESTION: &str = r#"
import contextlib, glob, importlib.metadata as metadata, json, os, platform, sys, sysconfig
for name in ("ctypes", "hashlib", "lzma", "sqlite3", "ssl", "zlib"):
    with contextlib.suppress(ImportError):
        __import__(name)
mapped = set()
with contextlib.suppress(OSError), open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
    mapped = {os.path.dirname(line.split(None, 5)[5].strip()) for line in maps if ".so" in line and "/" in line}
base = sys._base_executable
prefixes = [sys.base_prefix, os.path.dirname(os.path.dirname(base)), os.path.dirname(os.path.dirname(os.path.realpath(base)))]
above = [*prefixes, "/usr", "/usr/local"]
packages = {os.path.realpath(found) for each in above for found in glob.glob(glob.escape(each) + "/lib*/python3*/*-packages")}
identity = " ".join([sys.implementation.name, *sys.version.split(), sysconfig.get_config_var("SOABI") or ""])
versions = {name: metadata.version(name) for name in ("numpy", "pytest", "hypothesis")}
print(json.dumps({"prefix": sys.base_prefix, "mapped": sorted(mapped), "packages": sorted(packages), "base": base, "identity": identity, "venv": sys.prefix,
                  "versions": {"python": platform.python_version(), **versions}}))
"#;
    let mut command = python::command(root);
    command.args(["-c", QUESTION]);
    judging::isolate(&mut command);
    let finished = process::run(&mut command, LIMITS, &CancellationToken::default())?;
    let answer: serde_json::Value = serde_json::from_str(finished.stdout.trim()).map_err(|error| {
        Error::new(format!("The course's Python does not answer:\n{}", finished.stderr.trim_end()))
            .advice("`cargo course setup` makes it.")
            .caused_by(error)
    })?;
    let versions = answer["versions"].as_object().into_iter().flatten();
    let versions = versions.filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned()))).collect();
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    let interpreter = Interpreter { base: text("base").into(), identity: text("identity") };
    let paths = |key: &str| -> Vec<PathBuf> {
        answer[key].as_array().into_iter().flatten().filter_map(|path| path.as_str().map(PathBuf::from)).collect()
    };
    let mut read = Readable::all([text("prefix").into()], "the Python that the course's environment was made with");
    let because = format!("the course's Python {}", interpreter.base.display());
    readable::add(&mut read, Readable::all(Installations::beside(private).needs(&interpreter.base), &because));
    // Not the system's own, which every jail has, and nothing of the course's environment.
    let known = |path: &Path, read: &[Readable]| {
        let system = ["/usr", "/lib", "/lib64"].map(PathBuf::from);
        let venv = PathBuf::from(text("venv"));
        let known = read.iter().map(|readable| &readable.path);
        system.iter().chain([&venv]).chain(known).any(|above| path.starts_with(above))
    };
    for folder in paths("mapped") {
        if !known(&folder, &read) {
            readable::add(&mut read, Readable::all([folder], "a library that the course's Python loads"));
        }
    }
    // `/usr` itself is there anyway.
    read.retain(|readable| !["/", "/usr"].map(Path::new).contains(&readable.path.as_path()));
    let hide = paths("packages").into_iter().filter(|path| !path.starts_with(text("venv"))).collect();
    Ok(PythonAnswer { read, hide, interpreter, versions })
}

/// The path of the built `course-jail`.
pub(super) fn build_jail(root: &Path) -> Result<PathBuf> {
    let mut command = workspace::cargo_for_judging(root);
    command.args([
        "build",
        "--quiet",
        "--offline",
        "--profile",
        "runner",
        "--package",
        "course-jail",
        "--message-format=json",
    ]);
    command.stderr(Stdio::piped());
    let finished = process::run(&mut command, Limits::NONE, &CancellationToken::default())?;
    let built = finished.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = built.rev().find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.filter(|_| finished.exit.success()).ok_or_else(|| {
        Error::new(format!("The jail does not build:\n{}", finished.stderr.trim_end()))
            .advice("`cargo fetch` once, with a network, fetches the crates that it needs.")
    })
}
