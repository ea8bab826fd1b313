//! Builds a submission's module in the jail. The grader never loads the result.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use course_core::catalogue::Module;
use course_core::process::{self, ExitReason, Finished, Limits};
use course_core::staging::{self, Version};
use course_core::{Error, Result, files, python};

use crate::exclusive_access;
use crate::grading_context::GradingContext;

/// Bytes of the built file.
const LARGEST: u64 = 64 << 20;

/// A module laid out for building: clean, with stubs where the submission will bring its own.
pub(crate) fn lay_out(module: &Module, tree: &Path, version: Version<'_>) -> Result<()> {
    staging::copy_module(module, &tree.join("modules").join(&module.name), version)
}

/// A built extension.
#[derive(Debug)]
pub(crate) struct Extension {
    /// Holds it, under its Python name, and its type stub.
    pub(crate) folder: PathBuf,
    /// The time that rustc took.
    pub(crate) time: Duration,
}

/// Builds an extension within `time`, or gives the reason that it could not be built.
pub(crate) fn build(
    grading: GradingContext<'_>,
    module: &Module,
    tree: &Path,
    scratch: &Path,
    time: Duration,
) -> Result<Result<Extension, String>> {
    let GradingContext { environment, jail, retry_budget } = grading;
    let folder = tree.join("modules").join(&module.name);
    let out = scratch.join("built");
    files::make_folder(&out)?;
    let recipe = environment.recipe(module)?;
    let mut policy = environment.policy_for_builds();
    policy.read.push(folder.clone());
    policy.write.push(out.clone());
    policy.folder = Some(folder.clone());
    policy.cpu = policy.cpu.max(processor_seconds(time));
    let (rustc, path) = environment.compiler();
    let mut program = recipe.command(&folder.join("src/lib.rs"), &out);
    if let Some(first) = program.first_mut().filter(|first| !first.contains('/')) {
        *first = rustc.to_string_lossy().into_owned(); // In the jail nobody looks for it.
    }
    let extra = [("TMPDIR", out.to_string_lossy().into_owned()), ("PATH", path.to_owned())];
    let variables = recipe.environment().chain(extra.iter().map(|(key, value)| (*key, value.as_str())));
    let variables: Vec<(&str, &str)> = variables.collect();
    let attempt = |time| {
        let begun = Instant::now();
        let finished = jail.run(&policy, &program, variables.iter().copied(), Limits { time, output: 8 << 20 })?;
        // A pause of the machine counts for the clock, not for the limit.
        Ok::<_, Error>((finished, begun.elapsed().min(time)))
    };
    let (mut finished, mut taken) = environment.exclusive_access.beside_others(|| attempt(time))?;
    if exclusive_access::may_be_the_machines_fault(finished.exit) {
        let in_vain = |(finished, _): &(Finished, Duration)| exclusive_access::may_be_the_machines_fault(finished.exit);
        let repeated = retry_budget.repeat_alone(&environment.exclusive_access, time, attempt, in_vain)?;
        (finished, taken) = repeated.unwrap_or((finished, taken));
    }
    match finished.exit {
        ExitReason::Exited(status) if status.success() => {}
        ExitReason::Exited(_) => return Ok(Err(plain_errors(&finished.stderr, &folder))),
        ExitReason::TimedOut { .. } => {
            return Ok(Err(format!("stopped: compiling took longer than {} s", time.as_secs())));
        }
        ExitReason::TooMuchOutput => return Ok(Err("stopped: the compiler had megabytes of complaints".to_owned())),
    }
    Ok(stage(module, &folder, &out, scratch)?.map(|folder| Extension { folder, time: taken }))
}

/// The limit of processor time under which rustc, with all its threads, can work for so long by the clock.
fn processor_seconds(time: Duration) -> u32 {
    let processors = u64::try_from(process::processors()).unwrap_or(u64::MAX);
    u32::try_from(time.as_secs().saturating_mul(processors)).unwrap_or(u32::MAX)
}

/// rustc's messages, with the paths of the grader's folders taken out.
fn plain_errors(stderr: &str, folder: &Path) -> String {
    let text = stderr.replace(&format!("{}/", folder.to_string_lossy()), "");
    if text.trim().is_empty() { "the compiler ended without a word".to_owned() } else { text }
}

/// Puts the built extension under its Python name, beside its type stub.
fn stage(module: &Module, folder: &Path, out: &Path, scratch: &Path) -> Result<Result<PathBuf, String>> {
    let suffix = format!(".{}", std::env::consts::DLL_EXTENSION);
    let built = files::entries(out)?.into_iter().find(|path| {
        path.to_string_lossy().ends_with(&suffix)
            && std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LARGEST)
    });
    let Some(built) = built else {
        return Ok(Err(format!("no extension of at most {} MiB came out of the compiler", LARGEST >> 20)));
    };
    let staged = scratch.join("extension");
    files::make_folder(&staged)?;
    files::copy(&built, &staged.join(format!("{}.{}", module.package, python::EXTENSION_ENDING)))?;
    let stub = module.type_stub();
    files::copy(&folder.join(&stub), &staged.join(&stub))?;
    staging::copy_data_files(module, folder, &staged)?;
    std::fs::remove_dir_all(out).map_err(|error| Error::file("remove", out, error))?;
    Ok(Ok(staged))
}
