//! The runner's own folder, and its calls of cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
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
    set_own_flags(&mut command, root);
    command
}

/// Variables prevail over every `config.toml`: that of the user, and those in folders above the course.
fn set_own_flags(command: &mut Command, root: &Path) {
    command.env("CARGO_ENCODED_RUSTFLAGS", rustflags(root).join("\u{1f}"));
    for (name, value) in profile(root) {
        command.env(format!("CARGO_PROFILE_DEV_{}", name.to_uppercase().replace('-', "_")), value);
    }
}

/// The flags for rustc in the course's own settings, which are for macOS only.
fn rustflags(root: &Path) -> Vec<String> {
    if cfg!(not(target_os = "macos")) {
        return Vec::new();
    }
    let settings = table(&root.join(".cargo/config.toml"));
    let flags = settings.get("target").and_then(|target| target.get("cfg(target_os = \"macos\")")?.get("rustflags"));
    let flags = flags.and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    flags.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
}

/// The profile that learners' code is built with, as the workspace has it. A panic must unwind to become an exception.
fn profile(root: &Path) -> Vec<(String, String)> {
    let manifest = table(&root.join("Cargo.toml"));
    let profile = manifest.get("profile").and_then(|profile| profile.get("dev")?.as_table());
    let own = profile.into_iter().flatten().filter_map(|(name, value)| match value {
        toml::Value::String(text) => Some((name.clone(), text.clone())),
        toml::Value::Integer(_) | toml::Value::Boolean(_) => Some((name.clone(), value.to_string())),
        _ => None, // The course has no settings for single packages.
    });
    own.chain([("panic".to_owned(), "unwind".to_owned())]).collect()
}

fn table(path: &Path) -> toml::Table {
    files::read(path).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The user's folder of cargo.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let default = || std::env::home_dir().map(|home| home.join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default)
}

/// Fails if the user's settings have cargo build for another place than the course looks at. No variable prevails over
/// `build.target` without naming a target itself.
pub fn refuse_foreign_target(root: &Path) -> Result<()> {
    let above = root.ancestors().skip(1).map(|folder| folder.join(".cargo"));
    let files = above.chain(cargo_home()).flat_map(|folder| ["config.toml", "config"].map(|name| folder.join(name)));
    for file in files {
        if let Some(target) = table(&file).get("build").and_then(|build| build.get("target")) {
            return Err(Error::new(format!("{} has `build.target = {target}`.", file.display())).advice(
                "The course builds for the machine that it runs on. Move that line into the project that needs it, or take it out \
                 while you work here.",
            ));
        }
    }
    Ok(())
}

/// cargo for the grader's own builds: with nothing of the user's environment, and without the flags and wrappers of
/// `~/.cargo/config.toml`.
pub fn cargo_for_judging(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
    set_own_flags(&mut command, root);
    judging::isolate(&mut command);
    command
}

/// Whether a variable would make cargo build something else than the course's settings say. `RUSTFLAGS` replaces the
/// linker's arguments that extensions need on macOS, a foreign target gives what no Python here can load, another profile
/// tests what users never run, and PyO3's own variables and Python's name another Python or keep it from starting.
fn changes_the_build(variable: &str) -> bool {
    const NAMES: [&str; 5] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_UNSTABLE_BUILD_STD",
    ];
    NAMES.contains(&variable) || ["CARGO_PROFILE_", "PYO3_", "PYTHON"].iter().any(|start| variable.starts_with(start))
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
    fn the_profile_is_the_workspaces() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let profile: std::collections::BTreeMap<String, String> = profile(root).into_iter().collect();
        let said = |name: &str| profile.get(name).map(String::as_str);
        assert_eq!(said("overflow-checks"), Some("false"), "{profile:?}");
        assert_eq!((said("debug"), said("panic")), (Some("none"), Some("unwind")), "{profile:?}");
    }

    #[test]
    fn a_target_of_the_users_is_named_with_its_file() {
        let scratch = files::ScratchFolder::new(&std::env::temp_dir()).expect("a folder");
        let root = scratch.path().join("course");
        assert!(refuse_foreign_target(&root).is_ok());
        for (text, refused) in [
            ("[build]\njobs = 2\n", false),
            ("[build]\ntarget = \"wasm32-unknown-unknown\"\n", true),
            ("build.target = [\"a\", \"b\"]\n", true),
        ] {
            let file = scratch.path().join(".cargo/config.toml");
            files::write_atomically(&file, text.as_bytes()).expect("written");
            let error = refuse_foreign_target(&root).err().map(|error| error.to_string());
            assert_eq!(error.is_some_and(|said| said.contains(&*file.to_string_lossy())), refused, "{text}");
        }
    }

    #[test]
    fn what_is_about_the_machine_stays() {
        for name in
            ["RUSTFLAGS", "CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "PYO3_NO_PYTHON", "CARGO_BUILD_TARGET", "PYTHONHOME"]
        {
            assert!(changes_the_build(name), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_HTTP_PROXY", "RUSTUP_TOOLCHAIN", "CC", "RUSTC_WRAPPER"] {
            assert!(!changes_the_build(name), "{name}");
        }
    }
}
