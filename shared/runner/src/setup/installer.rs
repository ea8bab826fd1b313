//! The tools that make an environment and fill it, pip and uv: run without the user's settings about where to install, and
//! with advice that fits how they fail.

use std::path::Path;
use std::process::Command;

use course_core::process::{CancellationToken, Limits, Supervised};
use course_core::{Error, Result, compile, package_settings, tool_advice};

/// Whether a variable would make pip or uv install other things, or elsewhere.
fn leads_elsewhere(variable: &str) -> bool {
    match package_settings::is_the_users(variable) {
        Some(is_the_users) => !is_the_users,
        // Another active environment, conda's or the user's own, is not meant.
        None => ["VIRTUAL_ENV", "CONDA_PREFIX"].contains(&variable) || variable.starts_with("PYTHON"),
    }
}

/// Takes all settings out of a command's environment that would lead pip or uv elsewhere.
pub(super) fn tidy(command: &mut Command) {
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

/// Runs a tool; if it fails, its last lines are part of the error, and the advice fits them.
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
    Err(error.advice(tool_advice::for_setting_up(&said).unwrap_or(advice)))
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
        for name in [
            "UV_SYSTEM_PYTHON",
            "UV_PYTHON",
            "UV_PREFIX",
            "UV_CONSTRAINT",
            "CONDA_PREFIX",
            "PYTHONHOME",
            "PYTHONUSERBASE",
        ] {
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
}
