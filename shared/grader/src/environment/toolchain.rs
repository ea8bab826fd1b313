//! The compiler, the Python and the built jail of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, judging, python, workspace};

use super::jail_python::Interpreter;

/// Enough for one question to a tool.
const LIMITS: Limits = Limits { time: Duration::from_secs(60), output: 1 << 16 };

/// rustc's sysroot and version.
pub(super) fn ask_rustc(root: &Path) -> Result<(PathBuf, String)> {
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
    Ok((ask(&["--print", "sysroot"])?.into(), ask(&["--version"])?))
}

/// What the course's Python says of itself.
pub(super) struct PythonAnswer {
    /// The folder that it comes from.
    pub(super) base_prefix: PathBuf,
    /// What other environments are made with.
    pub(super) interpreter: Interpreter,
    /// For the reports.
    pub(super) versions: BTreeMap<String, String>,
}

/// Asks the environment's Python for its origin and for versions.
pub(super) fn ask_python(root: &Path) -> Result<PythonAnswer> {
    const QUESTION: &str = "import json, platform, sys, sysconfig, importlib.metadata as m\n\
        v = {n: m.version(n) for n in ('numpy', 'pytest', 'hypothesis')}\n\
        identity = [sys.implementation.name, sys.version, sysconfig.get_config_var('SOABI') or '']\n\
        print(json.dumps({'prefix': sys.base_prefix, 'base': sys._base_executable, 'identity': ' '.join(identity),\n\
                          'versions': {'python': platform.python_version(), **v}}))";
    let mut command = python::command(root);
    command.args(["-c", QUESTION]);
    judging::isolate(&mut command);
    let finished = process::run(&mut command, LIMITS, &CancellationToken::default())?;
    let answer: serde_json::Value = serde_json::from_str(finished.stdout.trim()).map_err(|_| {
        Error::new(format!("The course's Python does not answer:\n{}", finished.stderr.trim_end()))
            .advice("`cargo course setup` makes it.")
    })?;
    let versions = answer["versions"].as_object().into_iter().flatten();
    let versions = versions.filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned()))).collect();
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    let interpreter = Interpreter {
        base: text("base").into(),
        identity: text("identity").split_whitespace().collect::<Vec<_>>().join(" "),
    };
    Ok(PythonAnswer { base_prefix: text("prefix").into(), interpreter, versions })
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
