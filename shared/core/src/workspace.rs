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
        if describes_a_crate(&name.to_string_lossy()) {
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

/// Whether cargo sets this variable to describe the crate that it runs.
#[must_use]
pub fn describes_a_crate(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}
