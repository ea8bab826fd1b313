//! Installs the locked packages, and nothing of the user's own settings decides where they go.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use course_core::process::{self, CancellationToken, Limits};
use course_core::{Error, Result, files, package_settings, python};

use super::environment;
use super::installer::{run_tool, tidy, uv};
use crate::ui::steps::Steps;

/// The locked packages, their hashes checked.
pub(super) fn install(
    root: &Path,
    locks: &[PathBuf],
    uv: Option<&Path>,
    steps: &Steps,
    cancel: &CancellationToken,
) -> Result<()> {
    let step = steps.begin("Python packages");
    let run = |mut command: Command| {
        run_tool(
            &mut command,
            cancel,
            "The Python packages could not be installed",
            "Check the network, then run `cargo course setup` again; what has arrived is kept.",
        )
    };
    let result = match uv {
        Some(program) => run(uv_install(program, root, locks)),
        None => run(pip_itself(root)).and_then(|()| run(pip_install(root, locks, cancel))),
    };
    match result.and_then(|()| arrived(root, locks)) {
        Ok(()) => {
            step.done("installed from the lock file");
            Ok(())
        }
        Err(error) => {
            step.clear();
            Err(error)
        }
    }
}

/// Looks for the packages themselves, because an installer that succeeds may have put them somewhere else.
fn arrived(root: &Path, locks: &[PathBuf]) -> Result<()> {
    let advice = "A setting of pip or uv may lead them elsewhere: `python -m pip config list`, the variables PIP_… and UV_… and \
                  uv's uv.toml show it. Without it, run `cargo course setup` again.";
    let complaint = if let Some(package) = environment::incomplete_package(root) {
        format!("{package} is in .venv with files missing.")
    } else if let Some(package) = environment::absent_package(root, locks) {
        format!("{package} was installed, and is not in .venv.")
    } else {
        return Ok(());
    };
    Err(Error::new(complaint).advice(advice))
}

fn add_locks(command: &mut Command, locks: &[PathBuf]) {
    for lock in locks {
        command.arg("-r").arg(lock);
    }
}

fn uv_install(program: &Path, root: &Path, locks: &[PathBuf]) -> Command {
    let mut command = uv(program);
    command.args(["pip", "install", "--require-hashes", "--python"]).arg(python::environment_python(root));
    add_locks(&mut command, locks);
    command
}

fn pip_itself(root: &Path) -> Command {
    let mut command = python::command(root);
    tidy(&mut command);
    command.args(["-m", "ensurepip", "--default-pip"]);
    command
}

fn pip_install(root: &Path, locks: &[PathBuf], cancel: &CancellationToken) -> Command {
    let pip = || {
        let mut command = python::command(root);
        tidy(&mut command);
        command.args(["-m", "pip"]);
        command
    };
    let mut command = pip();
    let limits = Limits { time: Duration::from_secs(60), output: 1 << 16 };
    // Without an answer, pip itself will say what is wrong.
    if let Ok(said) = process::run(pip().args(["config", "list"]), limits, cancel) {
        leave_settings_aside(&mut command, &said.stdout);
    }
    command.args(["install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--require-hashes"]);
    add_locks(&mut command, locks);
    command
}

/// If pip's settings files say anything about where to install, pip does not read them, and is told by variables what they
/// say about where packages come from. `listed` is the answer of `pip config list`.
fn leave_settings_aside(command: &mut Command, listed: &str) {
    let mut settings: Vec<(&str, String, String)> = listed.lines().filter_map(setting).collect();
    if settings.iter().all(|(_, name, _)| package_settings::is_kept_of_pip(name)) {
        return;
    }
    command.env("PIP_CONFIG_FILE", files::NULL_DEVICE);
    // Settings under [install] override those under [global], and variables override both.
    settings.sort_by_key(|(section, ..)| *section == "install");
    for (_, name, value) in settings {
        let variable = format!("PIP_{name}");
        if package_settings::is_kept_of_pip(&name) && std::env::var_os(&variable).is_none() {
            command.env(variable, value);
        }
    }
}

/// Section, name and value of a line such as `global.index-url='https://…'`; the name as a variable would have it. Only
/// sections that `pip install` reads.
fn setting(line: &str) -> Option<(&str, String, String)> {
    let (key, value) = line.split_once('=')?;
    let (section, name) = key.split_once('.')?;
    // Python's notation for a text.
    let quote = value.chars().next().filter(|sign| matches!(sign, '\'' | '"'))?;
    let value = value.strip_prefix(quote)?.strip_suffix(quote)?.replace("\\n", " ").replace("\\\\", "\\");
    ["global", "install"]
        .contains(&section)
        .then(|| (section, name.to_uppercase().replace('-', "_"), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(listed: &str) -> Vec<(String, String)> {
        let mut command = Command::new("pip");
        leave_settings_aside(&mut command, listed);
        let text = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
        command.get_envs().filter_map(|(name, value)| Some((text(name), text(value?)))).collect()
    }

    #[test]
    fn files_that_lead_elsewhere_are_not_read() {
        // Nothing that matters: pip reads its files as it always does.
        let harmless = "global.index-url='https://index.example/simple'\n:env:.user='1'\nlist.format='json'\n";
        assert!(variables(harmless).is_empty());
        let found = variables(
            "install.find-links='\\n/wheels one\\n/wheels'\ninstall.user='true'\nglobal.index-url=\"https://i.example\"\n\
             global.find-links='/elsewhere'\n",
        );
        for (name, value) in [
            ("PIP_CONFIG_FILE", files::NULL_DEVICE),
            ("PIP_FIND_LINKS", "/wheels one /wheels"),
            ("PIP_INDEX_URL", "https://i.example"),
        ] {
            // The tests' own environment may have said it already.
            if std::env::var_os(name).is_none() || name == "PIP_CONFIG_FILE" {
                assert!(found.contains(&(name.to_owned(), value.to_owned())), "{name}: {found:?}");
            }
        }
        assert!(!found.iter().any(|(name, _)| name == "PIP_USER"), "{found:?}");
    }
}
