//! Makes a machine ready: the Python environment, the locked packages, the crates, a first warm build.
//!
//! Each step is left out when it is done already and can be repeated after it broke off.

mod environment;
mod installer;
mod packages;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use course_core::catalogue::{self, Course, Module};
use course_core::compile::{self, OnProgress, Request};
use course_core::digest::Digest;
use course_core::process::CancellationToken;
use course_core::python::{self, Interpreter};
use course_core::{Error, Result, files, workspace};

use crate::ui::output;
use crate::ui::steps::Steps;

fn stamp_path(root: &Path) -> PathBuf {
    python::environment(root).join("course-setup.txt")
}

/// The state of the set-up: a line for the environment, one for the state of the crates and the place of the course, and
/// one for each lock file.
fn stamp(root: &Path, locks: &[PathBuf]) -> Result<Vec<String>> {
    let hashed = |path: &Path| -> Result<String> {
        let mut digest = Digest::new();
        digest.update(files::read(path)?);
        digest.update(root.to_string_lossy().as_bytes());
        Ok(format!("{} {}", path.file_name().unwrap_or_default().to_string_lossy(), digest.finish()))
    };
    let environment = Ok(format!("environment {}", environment::fingerprint(root)));
    let crates = root.join("Cargo.lock");
    let locks = std::iter::once(&crates).chain(locks).map(|path| hashed(path));
    std::iter::once(environment).chain(locks).collect()
}

/// Whether set-up has been done for this state of the course, and for what these modules need, with the Python that is
/// asked for, and nothing of it has gone since.
pub(crate) fn is_done(root: &Path, modules: &[&Module]) -> bool {
    let done = std::fs::read_to_string(stamp_path(root)).unwrap_or_default();
    let locks = catalogue::package_locks(root, modules);
    python::environment_python(root).exists()
        && python::settings_path(root).exists()
        && stamp(root, &locks).is_ok_and(|lines| lines.iter().all(|line| done.lines().any(|known| known == line)))
        && environment::incomplete_package(root).or_else(|| environment::absent_package(root, &locks)).is_none()
        && is_the_chosen_python(root)
}

/// Whether `.venv` is made from the Python that `COURSE_PYTHON` names, if it names one. One that does not run is said by
/// set-up.
fn is_the_chosen_python(root: &Path) -> bool {
    match python::chosen() {
        None => true,
        Some(Err(_)) => false,
        Some(Ok(chosen)) => python::in_environment(root).is_some_and(|known| !environment::is_another(&chosen, &known)),
    }
}

/// Sets up if need be, with visible progress on standard error. Of the modules only these are built: the others wait
/// until they are wanted.
pub(crate) fn ensure(course: &Course, modules: &[&Module]) -> Result<()> {
    if is_done(&course.root, modules) { workspace::refuse_foreign_target(&course.root) } else { run(course, modules) }
}

/// Sets up, and builds these modules.
pub(crate) fn run(course: &Course, modules: &[&Module]) -> Result<()> {
    let root = &course.root;
    workspace::refuse_foreign_target(root)?;
    sweep(root);
    let steps = Steps::new();
    let uv = python::uv();
    let interpreter = environment::make(root, uv.as_deref(), &steps)?;
    write_cargo_settings(root, &interpreter)?;
    let locks = catalogue::package_locks(root, modules);
    for module in modules {
        for lock in catalogue::locks_left_out(root, module) {
            let name = lock.file_name().unwrap_or_default().to_string_lossy();
            output::complain(format!(
                "Module {}: the packages of {name} have no build for Python {}. They are left out, with the tests and the parts \
                 of the lesson that need them.",
                module.number(),
                interpreter.version,
            ));
        }
    }
    // Two things that wait for the network and for the processor in turn.
    let cancel = CancellationToken::default();
    let (packages, crates) = std::thread::scope(|scope| {
        let packages = scope.spawn(|| {
            let result = packages::install(root, &locks, uv.as_deref(), &steps, &cancel);
            if result.is_err() {
                cancel.abandon(); // No use in building on.
            }
            result
        });
        let crates = warm_build(course, modules, &steps, &cancel);
        if crates.is_err() {
            cancel.abandon();
        }
        (packages.join().unwrap_or_else(|_| Err(Error::new("The installation of the packages panicked."))), crates)
    });
    // The part that went wrong by itself says why; the other was only called off.
    match (packages, crates) {
        (Err(error), Err(other)) => return Err(if error.is_cancelled() { other } else { error }),
        (packages, crates) => packages.and(crates)?,
    }
    // cargo may have completed its lock file; the stamp is that of the state now reached. Packages that were installed
    // for other modules before are still there.
    let mut lines = stamp(root, &locks)?;
    let old = std::fs::read_to_string(stamp_path(root)).unwrap_or_default();
    lines.extend(
        old.lines()
            .filter(|line| !lines.iter().any(|new| new.split(' ').next() == line.split(' ').next()))
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    files::write_atomically(&stamp_path(root), format!("{}\n", lines.join("\n")).as_bytes())
}

/// Removes what interrupted checks have left.
fn sweep(root: &Path) {
    let _ = std::fs::remove_dir_all(workspace::own_folder(root).join("run"));
}

/// Tells cargo, maturin and rust-analyzer which interpreter to build for; see `.cargo/config.toml`.
fn write_cargo_settings(root: &Path, interpreter: &Interpreter) -> Result<()> {
    let path = python::settings_path(root);
    let [python, signature] = [
        python::environment_python(root).to_string_lossy().into_owned(),
        // With the place of the base: two builds of one version may differ in what they offer.
        format!("{} {}", interpreter.signature, interpreter.base),
    ]
    .map(toml::Value::from);
    let text = format!(
        "# Written by `cargo course setup`.\n[env]\nPYO3_PYTHON = {{ value = {python}, force = true }}\n\
         PYO3_ENVIRONMENT_SIGNATURE = {{ value = {signature}, force = true }}\n"
    );
    // Left alone when it is right: a new time stamp would make cargo look twice.
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        Ok(())
    } else {
        files::write_atomically(&path, text.as_bytes())
    }
}

/// Fetches all crates and builds the modules once, so that the first check is quick and later ones need no network.
fn warm_build(course: &Course, modules: &[&Module], steps: &Steps, cancel: &CancellationToken) -> Result<()> {
    let step = Arc::new(steps.begin("Rust crates"));
    let shown = Arc::clone(&step);
    let progress: OnProgress = Arc::new(move |done, total, what| shown.at(done, total, what));
    let result = fetch(&course.root, cancel).and_then(|()| build_ahead(&course.root, modules, Some(progress), cancel));
    match result {
        Ok(()) => step.done("built"),
        Err(_) => step.clear(),
    }
    result
}

fn fetch(root: &Path, cancel: &CancellationToken) -> Result<()> {
    let mut command = workspace::cargo(root);
    command.args(["fetch", "--quiet"]);
    installer::run_tool(
        &mut command,
        cancel,
        "The crates could not be fetched",
        "Check the network, then run `cargo course setup` again; what has arrived is kept.",
    )
}

/// Builds modules with all that their tests stand on, whether or not the learner's own code compiles.
pub(crate) fn build_ahead(
    root: &Path,
    modules: &[&Module],
    progress: Option<OnProgress>,
    cancel: &CancellationToken,
) -> Result<()> {
    // One after the other, as checks build them: together, cargo would give each the features that any of them asks
    // for, and the first check would build PyO3 again.
    for module in modules {
        // Any one test of a module has the dependencies of them all.
        let test = module.exercises.iter().flat_map(|exercise| &exercise.rust_tests).next();
        let request = Request {
            tests: test
                .and_then(|path| path.file_stem())
                .map(|stem| stem.to_string_lossy().into_owned())
                .into_iter()
                .collect(),
            online: true,
            ..Request::new(root, vec![&module.package])
        };
        compile::build(&request, progress.clone(), cancel)?;
    }
    Ok(())
}
