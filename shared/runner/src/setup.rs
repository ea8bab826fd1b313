//! Makes a machine ready: the Python environment, the locked packages, the crates, a first warm build.
//!
//! Each step is left out when it is done already and can be repeated after it broke off.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use course_core::catalogue::{Course, Module};
use course_core::compile::{self, OnProgress, Request};
use course_core::digest::Digest;
use course_core::process::{CancellationToken, Limits, Supervised};
use course_core::python::{self, Interpreter};
use course_core::{Error, Result, files, workspace};

use crate::ui::steps::Steps;

/// The lock files of Python packages: the one that all modules need, then those that only some of these modules need.
fn locks(root: &Path, modules: &[&Module]) -> Vec<PathBuf> {
    let mut locks = vec![root.join("shared/python/requirements.txt")];
    for lock in modules.iter().filter_map(|module| module.packages.as_ref()).map(|path| root.join(path)) {
        if !locks.contains(&lock) {
            locks.push(lock);
        }
    }
    locks
}

fn stamp_path(root: &Path) -> PathBuf {
    python::environment(root).join("course-setup.txt")
}

/// What has been set up: a line for the state of the crates and the place of the course, and one for each lock file.
fn stamp(root: &Path, locks: &[PathBuf]) -> Result<Vec<String>> {
    let hashed = |path: &Path| -> Result<String> {
        let mut digest = Digest::new();
        digest.update(files::read(path)?);
        digest.update(root.to_string_lossy().as_bytes());
        Ok(format!("{} {}", path.file_name().unwrap_or_default().to_string_lossy(), digest.finish()))
    };
    std::iter::once(&root.join("Cargo.lock")).chain(locks).map(|path| hashed(path)).collect()
}

/// Whether set-up has been done for this state of the course, and for what these modules need.
pub(crate) fn is_done(root: &Path, modules: &[&Module]) -> bool {
    let done = std::fs::read_to_string(stamp_path(root)).unwrap_or_default();
    python::environment_python(root).exists()
        && stamp(root, &locks(root, modules))
            .is_ok_and(|lines| lines.iter().all(|line| done.lines().any(|known| known == line)))
}

/// Sets up if need be, with visible progress on standard error. Of the modules only these are built: the others wait
/// until they are wanted.
pub(crate) fn ensure(course: &Course, modules: &[&Module]) -> Result<()> {
    if is_done(&course.root, modules) { Ok(()) } else { run(course, modules) }
}

/// Sets up, and builds these modules.
pub(crate) fn run(course: &Course, modules: &[&Module]) -> Result<()> {
    let root = &course.root;
    sweep(root);
    let steps = Steps::new();
    let uv = python::uv();
    make_environment(root, uv.as_deref(), &steps)?;
    let locks = locks(root, modules);
    write_cargo_settings(root)?;
    // Two things that wait for the network and for the processor in turn.
    let cancel = CancellationToken::default();
    let (packages, crates) = std::thread::scope(|scope| {
        let packages = scope.spawn(|| {
            let result = install_packages(root, &locks, uv.as_deref(), &steps, &cancel);
            if result.is_err() {
                cancel.cancel(); // No use in building on.
            }
            result
        });
        let crates = warm_build(course, modules, &steps, &cancel);
        if crates.is_err() {
            cancel.cancel();
        }
        (packages.join().unwrap_or_else(|_| Err(Error::new("The installation of the packages panicked."))), crates)
    });
    // The one that went wrong by itself says why; the other was only called off.
    match (packages, crates) {
        (Err(error), Err(other)) => return Err(if error.is_cancelled() { other } else { error }),
        (packages, crates) => packages.and(crates)?,
    }
    // cargo may have completed its lock file; the stamp is that of the state now reached. What was installed for other
    // modules before is still there.
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

/// `.venv`, from uv or the standard library.
fn make_environment(root: &Path, uv: Option<&Path>, steps: &Steps) -> Result<Interpreter> {
    let step = steps.begin("Python environment");
    if let Some(found) = python::in_environment(root)
        && found.release >= python::OLDEST
    {
        step.done(&format!("Python {} in .venv", found.version));
        return Ok(found);
    }
    let made = find_base(uv).and_then(|base| {
        let mut command = match (uv, &base) {
            (Some(uv), Some(base)) => {
                let mut command = Command::new(uv);
                command.args(["venv", "--clear", "--python"]).arg(&base.path);
                command
            }
            // uv brings a Python along where the machine has none.
            (Some(uv), None) => {
                let mut command = Command::new(uv);
                command.args(["venv", "--clear", "--python", &format!(">={}.{}", python::OLDEST.0, python::OLDEST.1)]);
                command
            }
            (None, Some(base)) => {
                let mut command = Command::new(&base.path);
                // pip is added by the step that needs it, while cargo already builds.
                command.args(["-I", "-m", "venv", "--clear", "--without-pip"]);
                command
            }
            (None, None) => return Err(Error::new("No Python found.").advice(python::install_advice())),
        };
        command.arg(python::environment(root));
        run_tool(
            &mut command,
            &CancellationToken::default(),
            "Cannot make the Python environment",
            "`cargo course doctor` says what is missing.",
        )
    });
    match made.and_then(|()| {
        python::in_environment(root).ok_or_else(|| {
            Error::new("The new environment's Python does not run.")
                .advice("Delete the folder .venv and run `cargo course setup` again.")
        })
    }) {
        Ok(found) => {
            step.done(&format!("Python {} in .venv", found.version));
            Ok(found)
        }
        Err(error) => {
            step.clear();
            Err(error)
        }
    }
}

fn find_base(uv: Option<&Path>) -> Result<Option<Interpreter>> {
    match python::find() {
        Ok(found) => Ok(Some(found)),
        Err(_) if uv.is_some() && std::env::var_os(python::CHOICE).is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tells cargo, maturin and rust-analyzer which interpreter to build for; see `.cargo/config.toml`.
fn write_cargo_settings(root: &Path) -> Result<()> {
    let path = root.join(".cargo/python.toml");
    let python = toml::Value::from(python::environment_python(root).to_string_lossy().into_owned());
    let text =
        format!("# Written by `cargo course setup`.\n[env]\nPYO3_PYTHON = {{ value = {python}, force = true }}\n");
    // Left alone when it is right: a new time stamp would make cargo look twice.
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        Ok(())
    } else {
        files::write_atomically(&path, text.as_bytes())
    }
}

/// The locked packages, their hashes checked.
fn install_packages(
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
    match result {
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

fn install_commands(root: &Path, locks: &[PathBuf], uv: Option<&Path>) -> Vec<Command> {
    let files = || locks.iter().flat_map(|lock| [std::ffi::OsStr::new("-r"), lock.as_os_str()]);
    if let Some(uv) = uv {
        let mut command = Command::new(uv);
        command
            .args(["pip", "install", "--require-hashes", "--python"])
            .arg(python::environment_python(root))
            .args(files());
        return vec![command];
    }
    let mut pip = python::command(root);
    pip.args(["-m", "ensurepip", "--default-pip"]);
    let mut install = python::command(root);
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

/// Runs a tool; where it fails, its last lines are part of the error.
fn run_tool(command: &mut Command, cancel: &CancellationToken, failed: &str, advice: &str) -> Result<()> {
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
    Err(if said.contains("ensurepip") || said.contains("No module named venv") {
        error.advice("This Python lacks the venv package. Debian, Ubuntu: `sudo apt install python3-venv`; or install uv. Then run `cargo course setup` again.")
    } else if said.contains("No space left") {
        error.advice("The disk is full. Free some space, then run `cargo course setup` again.")
    } else {
        error.advice(advice)
    })
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
    run_tool(
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
