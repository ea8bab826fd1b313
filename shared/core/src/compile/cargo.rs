//! Calls cargo.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use super::messages::Messages;
use super::stage::{OutputLine, Stage};
use super::{Build, OnLibrary, OnProgress, Request, last_lines, locked, machine_error, misses_own_symbols};
use crate::error::{Error, Result};
use crate::lock_holder;
use crate::process::{CancellationToken, ExitReason, Finished, Limits, OnChunk, Supervised};
use crate::{files, recipe, tool_advice, workspace};

/// Runs cargo. A learner's compile error is a [`Build`] without success; an error means that cargo could not do its
/// work.
pub fn build(request: &Request<'_>, progress: Option<OnProgress>, cancel: &CancellationToken) -> Result<Build> {
    build_with_libraries(request, progress, Box::new(|_, _| {}), cancel)
}

/// As [`build`], and calls `on_library` for each extension as soon as it is built. If the build has to be repeated, that is
/// a second call.
pub fn build_with_libraries(
    request: &Request<'_>,
    progress: Option<OnProgress>,
    on_library: OnLibrary,
    cancel: &CancellationToken,
) -> Result<Build> {
    let on_library = Arc::new(Mutex::new(on_library));
    let call = || {
        let on_library = Arc::clone(&on_library);
        let on_library = Box::new(move |name: &str, library: &Path| locked(&on_library)(name, library));
        call_cargo(request, progress.clone(), on_library, cancel)
    };
    let build = call()?;
    if !misses_own_symbols(&build) {
        return Ok(build);
    }
    forget(&profile_folder(request), &request.packages);
    call()
}

/// The folder below `target` that cargo uses for the request's profile.
fn profile_folder(request: &Request<'_>) -> PathBuf {
    request.root.join("target").join(if request.release { "release" } else { "debug" })
}

/// Removes the parts of these packages that rustc and cargo have kept, so that the next build starts from nothing.
fn forget(profile_folder: &Path, packages: &[&str]) {
    for kept in ["incremental", ".fingerprint"] {
        for entry in files::entries(&profile_folder.join(kept)).unwrap_or_default() {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            if name.rsplit_once('-').is_some_and(|(package, _)| packages.contains(&package)) {
                let _ = std::fs::remove_dir_all(&entry); // If it cannot be removed, the next build fails with the same error.
            }
        }
    }
}

fn call_cargo(
    request: &Request<'_>,
    progress: Option<OnProgress>,
    on_library: OnLibrary,
    cancel: &CancellationToken,
) -> Result<Build> {
    let mut command = workspace::cargo(request.root);
    command.arg("build");
    command.args(["--lib", "--config", "term.progress.when='always'", "--config", "term.progress.width=90"]);
    command.arg(if request.colours {
        "--message-format=json-diagnostic-rendered-ansi"
    } else {
        "--message-format=json"
    });
    for package in &request.packages {
        command.args(["--package", package]);
    }
    for test in &request.tests {
        command.args(["--test", test]);
    }
    if request.release {
        command.arg("--release");
        // A benchmark's figures must not depend on the shell: `-C target-cpu=native` would flatter Rust.
        for (name, _) in std::env::vars_os().filter(|(name, _)| optimises(&name.to_string_lossy())) {
            command.env_remove(name);
        }
    }
    if !request.online {
        command.arg("--offline");
    }
    if let Some((program, folder)) = request.record {
        recipe::record_with(&mut command, program, folder);
    }
    command.stdin(Stdio::null());
    let stage = Arc::new(Mutex::new(Stage::of(request)));
    let seen = Arc::clone(&stage);
    let profile = profile_folder(request);
    let on_stderr: OnChunk = Box::new(move |chunk: &[u8]| {
        let line = locked(&seen).read(&String::from_utf8_lossy(chunk));
        let Some(progress) = &progress else { return };
        match line {
            OutputLine::Building { done, total, what } => progress(done, total, &what),
            OutputLine::Waiting(lock) => {
                progress(0, 0, &format!("Waits for {}.", lock_holder::describe(lock, &profile)));
            }
            OutputLine::Nothing => {}
        }
    });
    let messages = Arc::new(Mutex::new(Messages::new(on_library)));
    let sink = Arc::clone(&messages);
    // cargo's output is read as it comes, because a long build prints more than is kept of a learner's output.
    let on_stdout: OnChunk = Box::new(move |chunk: &[u8]| locked(&sink).read(chunk));
    let finished = Supervised::spawn(&mut command, Some(on_stdout), Some(on_stderr))
        .map_err(|error| {
            Error::new(format!("Cannot start cargo: {error}.")).caused_by(error).advice("Install Rust from rustup.rs.")
        })?
        .wait_unless(Limits::NONE, cancel, || locked(&stage).builds_dependencies())?;
    let mut build = std::mem::take(&mut locked(&messages).build);
    build.success = finished.exit.success();
    if build.success || !build.libraries.is_empty() {
        locked(&stage).has_built_its_dependencies();
    }
    if let Some(error) = build.diagnostics.iter().find_map(machine_error) {
        return Err(error);
    }
    if !build.success && !build.diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
        return Err(cargo_error(&finished));
    }
    Ok(build)
}

/// Whether the variable changes the optimisation of cargo's release builds.
fn optimises(variable: &str) -> bool {
    variable.ends_with("RUSTFLAGS") || variable.starts_with("CARGO_PROFILE_RELEASE_")
}

/// cargo failed without a complaint of rustc: no network, a full disk, a broken manifest.
fn cargo_error(finished: &Finished) -> Error {
    let text = last_lines(&finished.stderr, 12);
    let error = match finished.exit {
        ExitReason::Exited(_) => Error::new(format!("cargo could not build:\n{text}")),
        _ => Error::new("cargo did not come to an end."),
    };
    error.advice(tool_advice::for_building(&finished.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_of_the_package_alone() {
        let scratch = files::ScratchFolder::new(&std::env::temp_dir()).unwrap();
        let folders = ["incremental/mine-1a", ".fingerprint/mine-2b", "incremental/mine_solution-1a", "deps/mine-1a"];
        for folder in folders {
            std::fs::create_dir_all(scratch.path().join(folder)).unwrap();
        }
        forget(scratch.path(), &["mine"]);
        let left: Vec<&str> = folders.into_iter().filter(|folder| scratch.path().join(folder).exists()).collect();
        assert_eq!(left, ["incremental/mine_solution-1a", "deps/mine-1a"]);
    }
}
