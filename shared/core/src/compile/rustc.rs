//! Calls rustc without cargo.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::messages::Messages;
use super::{Build, last_lines, locked, machine_error, misses_own_symbols};
use crate::error::{Error, Result};
use crate::process::{CancellationToken, Limits, OnChunk, Supervised};
use crate::recipe::{Product, Recipe};

/// Calls rustc for a crate or a test at `root`, as a recipe says, with `folder` as the crate's own. A compile error is a
/// [`Build`] without success; the products lie in `out`.
pub fn rustc(
    recipe: &Recipe,
    root: &Path,
    folder: &Path,
    out: &Path,
    product: Product<'_>,
    cancel: &CancellationToken,
) -> Result<Build> {
    let call = recipe.command_for(root, out, product);
    let build = call_rustc(&call, recipe, folder, cancel)?;
    match product {
        Product::Extension { incremental, .. } if misses_own_symbols(&build) => {
            std::fs::remove_dir_all(incremental).map_err(|error| Error::file("remove", incremental, error))?;
            call_rustc(&call, recipe, folder, cancel)
        }
        _ => Ok(build),
    }
}

fn call_rustc(call: &[String], recipe: &Recipe, folder: &Path, cancel: &CancellationToken) -> Result<Build> {
    let (program, arguments) = call.split_first().expect("a call begins with its program");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).envs(recipe.environment()).env("CARGO_MANIFEST_DIR", folder);
    let messages = Arc::new(Mutex::new(Messages::new(Box::new(|_, _| {}))));
    let sink = Arc::clone(&messages);
    command.stdin(Stdio::null());
    let on_stderr: OnChunk = Box::new(move |chunk: &[u8]| locked(&sink).read(chunk));
    let finished = Supervised::spawn(&mut command, None, Some(on_stderr))
        .map_err(|error| Error::new(format!("Cannot start {program}: {error}.")).caused_by(error))?
        .wait(Limits::NONE, cancel)?;
    let mut build = std::mem::take(&mut locked(&messages).build);
    build.success = finished.exit.success();
    if let Some(error) = build.diagnostics.iter().find_map(machine_error) {
        return Err(error);
    }
    if !build.success && !build.diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
        return Err(Error::new(format!("rustc could not build:\n{}", last_lines(&finished.stderr, 12))));
    }
    Ok(build)
}
