//! Installs the locked packages, and nothing of the user's own settings decides where they go.

use std::path::{Path, PathBuf};
use std::process::Command;

use course_core::process::{CancellationToken, Limits, Supervised};
use course_core::{Error, Result, compile, python};

use super::environment;
use crate::ui::steps::Steps;

/// What may reach pip of the variables that begin with `PIP_`: where packages come from, and how one gets there.
const PIP_KEEPS: [&str; 18] = [
    "INDEX_URL",
    "EXTRA_INDEX_URL",
    "FIND_LINKS",
    "NO_INDEX",
    "TRUSTED_HOST",
    "PROXY",
    "CERT",
    "CLIENT_CERT",
    "CACHE_DIR",
    "NO_CACHE_DIR",
    "TIMEOUT",
    "DEFAULT_TIMEOUT",
    "RETRIES",
    "RESUME_RETRIES",
    "KEYRING_PROVIDER",
    "USE_FEATURE",
    "USE_DEPRECATED",
    "CONFIG_FILE",
];

/// The same for uv.
const UV_KEEPS: [&str; 21] = [
    "INDEX",
    "INDEX_URL",
    "DEFAULT_INDEX",
    "EXTRA_INDEX_URL",
    "INDEX_STRATEGY",
    "FIND_LINKS",
    "NO_INDEX",
    "INSECURE_HOST",
    "KEYRING_PROVIDER",
    "NATIVE_TLS",
    "SYSTEM_CERTS",
    "OFFLINE",
    "CACHE_DIR",
    "NO_CACHE",
    "LINK_MODE",
    "HTTP_TIMEOUT",
    "HTTP_RETRIES",
    "PYTHON_INSTALL_DIR",
    "PYTHON_INSTALL_MIRROR",
    "PYTHON_DOWNLOADS",
    "CONFIG_FILE",
];

/// Whether a variable would make pip or uv install other things, or elsewhere.
fn leads_elsewhere(variable: &str) -> bool {
    let is_kept = |name: &str, kept: &[&str]| {
        kept.contains(&name) || name.starts_with("INDEX_") || name.starts_with("CONCURRENT_")
    };
    match (variable.strip_prefix("PIP_"), variable.strip_prefix("UV_")) {
        (Some(name), _) => !is_kept(name, &PIP_KEEPS),
        (_, Some(name)) => !is_kept(name, &UV_KEEPS),
        // Another active environment, conda's or the user's own, is not meant.
        _ => ["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONUSERBASE", "PYTHONHOME", "PYTHONPATH"].contains(&variable),
    }
}

fn tidy(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if leads_elsewhere(&name.to_string_lossy()) {
            command.env_remove(&name);
        }
    }
}

/// uv, without the user's settings about where to install.
pub(super) fn uv(program: &Path) -> Command {
    let mut command = Command::new(program);
    tidy(&mut command);
    command
}

/// The locked packages, their hashes checked.
pub(super) fn install(
    root: &Path,
    locks: &[PathBuf],
    uv: Option<&Path>,
    steps: &Steps,
    cancel: &CancellationToken,
) -> Result<()> {
    let step = steps.begin("Python packages");
    let result = install_commands(root, locks, uv).into_iter().try_for_each(|mut command| {
        run_tool(
            &mut command,
            cancel,
            "The Python packages could not be installed",
            "Check the network, then run `cargo course setup` again; what has arrived is kept.",
        )
    });
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

/// That the installer says yes is no proof: it may have put the packages somewhere else.
fn arrived(root: &Path, locks: &[PathBuf]) -> Result<()> {
    let advice = "A setting of pip or uv may lead them elsewhere: `python -m pip config list` and the variables PIP_… and UV_… \
                  show it. Without it, run `cargo course setup` again.";
    let complaint = if let Some(package) = environment::incomplete_package(root) {
        format!("{package} is in .venv with files missing.")
    } else if let Some(package) = environment::absent_package(root, locks) {
        format!("{package} was installed, and is not in .venv.")
    } else {
        return Ok(());
    };
    Err(Error::new(complaint).advice(advice))
}

fn install_commands(root: &Path, locks: &[PathBuf], uv_program: Option<&Path>) -> Vec<Command> {
    let files = || locks.iter().flat_map(|lock| [std::ffi::OsStr::new("-r"), lock.as_os_str()]);
    if let Some(program) = uv_program {
        let mut command = uv(program);
        command
            .args(["pip", "install", "--require-hashes", "--python"])
            .arg(python::environment_python(root))
            .args(files());
        return vec![command];
    }
    let mut pip = python::command(root);
    tidy(&mut pip);
    pip.args(["-m", "ensurepip", "--default-pip"]);
    let mut install = python::command(root);
    tidy(&mut install);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar",
            "off",
            "--require-hashes",
        ])
        .args(files());
    vec![pip, install]
}

/// Runs a tool; where it fails, its last lines are part of the error, and the advice fits them.
pub(super) fn run_tool(command: &mut Command, cancel: &CancellationToken, failed: &str, advice: &str) -> Result<()> {
    command.stdin(std::process::Stdio::null());
    let program = command.get_program().to_string_lossy().into_owned();
    let child = Supervised::spawn(command, None, None)
        .map_err(|error| Error::new(format!("Cannot start `{program}`: {error}.")).caused_by(error))?;
    let finished = child.wait(Limits::NONE, cancel)?;
    if finished.exit.success() {
        return Ok(());
    }
    let said = compile::last_lines(&format!("{}\n{}", finished.stdout, finished.stderr), 8);
    let error = Error::new(format!("{failed}. `{program}` said:\n{said}"));
    Err(error.advice(fitting_advice(&said).unwrap_or(advice)))
}

/// Advice for failures that the network has nothing to do with.
fn fitting_advice(said: &str) -> Option<&'static str> {
    let has = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    if has(&["ensurepip", "No module named venv"]) {
        Some(
            "This Python lacks the venv package. Debian, Ubuntu: `sudo apt install python3-venv`; or install uv. Then run \
             `cargo course setup` again.",
        )
    } else if has(&["No space left", "Disk quota exceeded"]) {
        Some("The disk is full. Free some space, then run `cargo course setup` again.")
    } else if has(&["Permission denied", "Access is denied", "Read-only file system"]) {
        Some("The folder cannot be written to. Move the course to a folder of yours, or mend its permissions.")
    } else if has(&["DO NOT MATCH THE HASHES", "hash mismatch", "Hash mismatch"]) {
        Some(
            "A package is not the one that the lock file names: the index in your pip or uv settings serves another. Ask whoever \
             keeps that index, or leave the setting out once.",
        )
    } else if has(&["CERTIFICATE_VERIFY_FAILED", "invalid peer certificate", "UnknownIssuer"]) {
        Some(
            "The connection's certificate is not trusted here; a company's proxy often has one of its own. Name its file: \
             PIP_CERT=FILE, or SSL_CERT_FILE=FILE for uv and cargo. Then run `cargo course setup` again.",
        )
    } else if has(&["No matching distribution found", "no wheels with a matching", "has no wheels with"]) {
        Some(
            "There is no package for this Python or this system. `COURSE_PYTHON=python3.14 cargo course setup` takes another \
             Python, if one is installed.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_packages_come_from_is_the_users_choice() {
        for name in ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_DRY_RUN", "UV_TARGET"]
        {
            assert!(leads_elsewhere(name), "{name}");
        }
        for name in ["UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_PREFIX", "UV_CONSTRAINT", "CONDA_PREFIX", "PYTHONHOME"] {
            assert!(leads_elsewhere(name), "{name}");
        }
        for name in ["PIP_INDEX_URL", "PIP_PROXY", "PIP_CERT", "UV_INDEX_URL", "UV_INDEX_HOUSE_PASSWORD", "UV_OFFLINE"]
        {
            assert!(!leads_elsewhere(name), "{name}");
        }
        for name in ["HTTPS_PROXY", "SSL_CERT_FILE", "PATH", "PIPX_HOME", "HOME"] {
            assert!(!leads_elsewhere(name), "{name}");
        }
    }

    #[test]
    fn advice_fits_the_failure() {
        for (said, part) in [
            (
                "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
                "not the one that the lock file",
            ),
            ("OSError: [Errno 28] No space left on device", "disk is full"),
            ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
            ("ERROR: No matching distribution found for numpy==2.3", "COURSE_PYTHON"),
            ("PermissionError: [Errno 13] Permission denied: '.venv'", "cannot be written"),
        ] {
            assert!(fitting_advice(said).is_some_and(|advice| advice.contains(part)), "{said}");
        }
        assert_eq!(fitting_advice("Connection refused"), None);
    }
}
