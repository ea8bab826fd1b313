//! Builds a submission's module in the jail. What comes out is data: nobody here loads it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use course::catalogue::Module;
use course::fault::{Fault, Outcome};
use course::files;
use course::process::{End, Limits};

use crate::jail::Jail;
use crate::workshop::{Fill, Workshop, copy_module};

/// Bytes of the built file.
const LARGEST: u64 = 64 << 20;

/// A module laid out for building: clean, with stubs where the submission will bring its own.
pub(crate) fn lay_out(module: &Module, tree: &Path, fill: Fill) -> Outcome<()> {
    copy_module(module, &tree.join("modules").join(&module.name), &fill)
}

/// The folder with the extension and its type stub, or what rustc says against it within `time`.
pub(crate) fn build(
    workshop: &Workshop,
    jail: &Jail,
    module: &Module,
    tree: &Path,
    scratch: &Path,
    time: Duration,
) -> Outcome<Result<PathBuf, String>> {
    let folder = tree.join("modules").join(&module.name);
    let out = scratch.join("built");
    files::make_folder(&out)?;
    let recipe = workshop.recipe(module)?;
    let mut permit = workshop.permit_to_build();
    permit.read.push(folder.clone());
    permit.write.push(out.clone());
    permit.folder = Some(folder.clone());
    let program = recipe.command(&folder.join("src/lib.rs"), &out);
    let extra = [("TMPDIR", out.to_string_lossy().into_owned()), ("PATH", "/usr/bin:/bin".to_owned())];
    let environment = recipe.environment().chain(extra.iter().map(|(key, value)| (*key, value.as_str())));
    let finished = jail.run(&permit, &program, environment, Limits { time, output: 8 << 20 })?;
    match finished.end {
        End::Exited(status) if status.success() => {}
        End::Exited(_) => return Ok(Err(plain_errors(&finished.stderr, &folder))),
        End::TimedOut { .. } => return Ok(Err(format!("stopped: compiling took longer than {} s", time.as_secs()))),
        End::TooMuchOutput => return Ok(Err("stopped: the compiler had megabytes of complaints".to_owned())),
    }
    place(module, &folder, &out, scratch)
}

/// rustc's words, with the paths of the grader's folders taken out.
fn plain_errors(stderr: &str, folder: &Path) -> String {
    let text = stderr.replace(&format!("{}/", folder.to_string_lossy()), "");
    if text.trim().is_empty() { "the compiler ended without a word".to_owned() } else { text }
}

fn place(module: &Module, folder: &Path, out: &Path, scratch: &Path) -> Outcome<Result<PathBuf, String>> {
    let suffix = format!(".{}", std::env::consts::DLL_EXTENSION);
    let built = files::entries(out)?.into_iter().find(|path| {
        path.to_string_lossy().ends_with(&suffix)
            && std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LARGEST)
    });
    let Some(built) = built else {
        return Ok(Err(format!("no extension of at most {} MiB came out of the compiler", LARGEST >> 20)));
    };
    let placed = scratch.join("extension");
    files::make_folder(&placed)?;
    files::copy(&built, &placed.join(format!("{}.so", module.package)))?;
    let stub = format!("{}.pyi", module.package);
    files::copy(&folder.join(&stub), &placed.join(&stub))?;
    std::fs::remove_dir_all(out).map_err(|error| Fault::file("remove", out, &error))?;
    Ok(Ok(placed))
}
