//! Where the runner keeps its own things, and how it calls cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::files;
use crate::judging;

/// The runner's folder: progress, backups, scratch space. Everything in it but `progress.toml` and `backups` may be
/// deleted.
pub fn own_folder(root: &Path) -> PathBuf {
    root.join(".course")
}

/// Space for the files of one check.
pub fn scratch(root: &Path) -> Result<files::ScratchFolder> {
    files::ScratchFolder::new(&own_folder(root).join("run"))
}

/// cargo, as the learner's own shell would start it in the course's folder.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // `cargo run` describes the crate that it runs in environment variables. If cargo inherited them, build scripts
    // would see other values than under the learner's own `cargo` or maturin, and PyO3 would be rebuilt at each switch.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if describes_a_crate(&text) || changes_the_build(&text) {
            command.env_remove(&name);
        }
    }
    command
}

/// cargo for the grader's own builds: with nothing of the user's environment, and without the flags and wrappers of
/// `~/.cargo/config.toml`.
pub fn cargo_for_judging(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("RUSTC_WRAPPER", "");
    if cfg!(not(target_os = "macos")) {
        command.env("CARGO_ENCODED_RUSTFLAGS", ""); // On macOS the course itself has some.
    }
    judging::isolate(&mut command);
    command
}

/// Whether a variable would make cargo build something else than the course's settings say. `RUSTFLAGS` replaces the
/// linker's arguments that extensions need on macOS, a foreign target gives what no Python here can load, another profile
/// tests what users never run, and PyO3's own variables name another Python.
fn changes_the_build(variable: &str) -> bool {
    const NAMES: [&str; 5] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_UNSTABLE_BUILD_STD",
    ];
    NAMES.contains(&variable) || variable.starts_with("CARGO_PROFILE_") || variable.starts_with("PYO3_")
}

/// Whether cargo sets this variable to describe the crate that it runs.
#[must_use]
pub fn describes_a_crate(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_the_machine_stays() {
        for name in ["RUSTFLAGS", "CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "PYO3_NO_PYTHON", "CARGO_BUILD_TARGET"] {
            assert!(changes_the_build(name), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_HTTP_PROXY", "RUSTUP_TOOLCHAIN", "CC", "RUSTC_WRAPPER"] {
            assert!(!changes_the_build(name), "{name}");
        }
    }
}
