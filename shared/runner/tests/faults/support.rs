//! Copies of the course to break, and the runner driven from outside.
//!
//! A test takes a *slot*: a folder with a copy of the course that is set up once and kept between runs, `.venv` and
//! `target` included. Each test finds it pristine. As many slots as processors, each taken by one test at a time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use course_core::wrong_versions;

/// The module that is broken here.
pub(crate) const MODULE: &str = "02_parallel_sum";

/// The file of the exercise that is broken here, below the course's folder.
pub(crate) const SOURCE: &str = "modules/02_parallel_sum/src/parallel_sum.rs";

/// The name of the folder that each copy lies in: a space, letters beyond ASCII, and a sign that shells read.
const FOLDER: &str = "Kurs für Ärzte & Co";

/// Nothing that the runner does here takes that long, on a busy machine either.
pub(crate) const PATIENCE: Duration = Duration::from_secs(900);

/// Made by set-up, and slow to make again.
const KEPT: [&str; 3] = [".venv", "target", ".cargo/python.toml"];

/// A copy of the course that no other test touches.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) root: PathBuf,
    /// Held as long as the copy is in use; of a fresh copy there is none.
    lock: Option<File>,
}

impl Course {
    /// A pristine copy that is set up.
    pub(crate) fn ready() -> Self {
        // Many tests wait for a clock. `cargo xtask ci runner` runs twice as many as there are processors.
        let count = std::thread::available_parallelism().map_or(2, |processors| 2 * processors.get()).clamp(2, 4);
        loop {
            if let Some(course) = (1..=count).find_map(Self::take) {
                return course;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The copy of slot 1: for tests that need a second target folder, which one slot is enough to keep.
    pub(crate) fn first() -> Self {
        loop {
            if let Some(course) = Self::take(1) {
                return course;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A pristine copy that has never been set up. It is removed afterwards.
    pub(crate) fn fresh(name: &str) -> Self {
        let root = scratch(name).join(FOLDER);
        let course = Self { root, lock: None };
        course.restore();
        course
    }

    fn take(slot: usize) -> Option<Self> {
        let folder = scratch_base().join(format!("slot-{slot}"));
        fs::create_dir_all(&folder).expect("the tests' own folder can be made");
        let lock = File::create(folder.join("lock")).expect("the slot's lock can be made");
        lock.try_lock().ok()?;
        let course = Self { root: folder.join(FOLDER), lock: Some(lock) };
        course.restore();
        course.set_up(&folder);
        Some(course)
    }

    /// Makes the copy what a learner has after cloning, with one module. A file that is the same already keeps its time
    /// stamp, so that cargo builds only what a test has changed.
    fn restore(&self) {
        let original = repository();
        let mut wanted = Vec::new();
        for part in [".cargo/config.toml", "Cargo.toml", "Cargo.lock", "README.md", "pyproject.toml"] {
            wanted.push(PathBuf::from(part));
        }
        wanted.push("docs/paths.toml".into());
        for folder in ["shared", "benchmarks/peers", &format!("modules/{MODULE}"), &format!("solutions/{MODULE}")] {
            list_files(&original, Path::new(folder), &mut wanted);
        }
        wanted.retain(|path| original.join(path).is_file() && !path.starts_with("shared/runner/tests"));
        let mut present = Vec::new();
        list_files(&self.root, Path::new(""), &mut present);
        for path in present.iter().filter(|path| !wanted.contains(path) && !is_kept(path)) {
            fs::remove_file(self.root.join(path)).expect("a file that a test left can be removed");
        }
        // A test may have made a module of its own: its empty folder would be a member of the workspace.
        for folder in ["modules", "solutions"] {
            for entry in fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten() {
                if entry.file_name() != MODULE {
                    let _ = fs::remove_dir_all(entry.path());
                }
            }
        }
        // A test may have put a folder where a file belongs.
        let _ = fs::remove_dir_all(self.root.join(".course"));
        for path in &wanted {
            // A learner who runs these tests may have solved the exercises; the copies begin with the stubs.
            let from = if path.starts_with(format!("modules/{MODULE}/src")) {
                let stub = format!("modules/{MODULE}/stubs/{}", path.file_name().unwrap_or_default().to_string_lossy());
                Some(original.join(stub)).filter(|stub| stub.is_file()).unwrap_or_else(|| original.join(path))
            } else {
                original.join(path)
            };
            let bytes = fs::read(&from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
            self.write(&path.to_string_lossy(), &bytes);
        }
    }

    /// Sets the copy up, unless that was done for this very state. cargo shortens the lock file to what the copy has;
    /// set-up's stamp is that of the shorter one, so it is kept beside the copy.
    fn set_up(&self, slot: &Path) {
        let [original, shortened] = ["Cargo.lock.original", "Cargo.lock.shortened"].map(|name| slot.join(name));
        let lock = self.read("Cargo.lock");
        if fs::read_to_string(&original).is_ok_and(|known| known == lock)
            && let Ok(shortened) = fs::read(&shortened)
        {
            self.write("Cargo.lock", &shortened);
        }
        // Asking takes half a second, so it is asked once for each slot; afterwards the stamp itself is compared.
        static KNOWN: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = || fs::read(self.root.join(".venv/course-setup.txt")).unwrap_or_default();
        if known().get(slot).is_some_and(|known| *known == stamp()) {
            return;
        }
        if self.run(&["doctor"]).stdout.contains("complete") {
            known().insert(slot.to_owned(), stamp());
            return;
        }
        let _ = fs::remove_file(&original);
        self.run(&["setup"]).exits_with(0);
        fs::copy(self.root.join("Cargo.lock"), &shortened).expect("the lock file can be kept");
        fs::write(&original, lock).expect("the lock file can be kept");
        known().insert(slot.to_owned(), stamp());
    }

    /// A file of the copy as text.
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.root.join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file of the copy, unless it is the same already.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        if fs::read(&path).is_ok_and(|old| old == text.as_ref()) {
            return;
        }
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Replaces a part of a file that must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let old = self.read(path);
        assert!(old.contains(from), "{path} does not contain {from:?}");
        self.write(path, old.replacen(from, to, 1));
    }

    /// Removes a file of the copy.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The solution's source of an exercise, put in the learner's place.
    pub(crate) fn solve(&self, exercise: &str) {
        let solution = self.read(&format!("solutions/{MODULE}/src/{exercise}.rs"));
        self.write(&format!("modules/{MODULE}/src/{exercise}.rs"), solution);
    }

    /// A wrong version of an exercise, whole.
    pub(crate) fn wrong_version(&self, exercise: &str, name: &str) -> String {
        let course = course_core::catalogue::Course::load(&self.root).expect("the catalogue can be read");
        let exercise = course.exercise(exercise).expect("the exercise is there");
        let versions = wrong_versions::of_exercise(exercise.module, exercise.exercise);
        let version = versions.iter().find(|version| version.name == format!("{}.{name}", exercise.exercise.slug));
        let version = version.unwrap_or_else(|| panic!("no {name} among {versions:?}"));
        version.text(exercise.module, exercise.exercise).expect("the patch fits")
    }

    /// Source code whose `parallel_sum` (what Python calls) has this body, and whose kernel is right.
    pub(crate) fn write_body(&self, body: &str) {
        self.write(SOURCE, with_body(body));
    }

    /// Sets the time limit of `parallel_sum`, in seconds: short, where it is meant to be used up.
    pub(crate) fn limit_time(&self, seconds: u32) {
        let id = "id = \"parallel_sum\"";
        self.edit(&format!("modules/{MODULE}/course.toml"), id, &format!("{id}\ntime_limit = {seconds}"));
    }

    /// A command of the runner, in the copy's folder, in an environment that is the same wherever the tests run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_course"));
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null());
        tidy_environment(&mut command);
        command
    }

    /// Runs a command of the runner to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }

    /// Waits until a process of this copy has `part` in its command line. Without a `/proc` to look into, it waits as long
    /// as that takes on most machines.
    #[cfg(unix)]
    pub(crate) fn wait_for_process(&self, part: &str) {
        if cfg!(not(target_os = "linux")) {
            std::thread::sleep(Duration::from_secs(8));
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        while !self.processes().iter().any(|line| line.contains(part)) {
            assert!(Instant::now() < deadline, "no `{part}` was started; there is {:#?}", self.processes());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asserts that nothing of the runner's children is left, where there is a `/proc` to look into.
    pub(crate) fn assert_no_processes(&self) {
        if cfg!(not(target_os = "linux")) {
            return not_simulated("what processes are left: known on Linux only");
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.processes().is_empty() {
            assert!(Instant::now() < deadline, "left behind: {:#?}", self.processes());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Processes that still have to do with this copy: those whose folder, program or arguments lie in it.
    fn processes(&self) -> Vec<String> {
        let root = self.root.to_string_lossy().into_owned();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
            let path = entry.path();
            if !entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let bytes = fs::read(path.join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
            let folder = fs::read_link(path.join("cwd")).unwrap_or_default();
            // One that has ended and waits for its parent has no command line.
            if !line.is_empty() && (line.contains(&root) || folder.starts_with(&self.root)) {
                found.push(line);
            }
        }
        found
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        if self.lock.is_none()
            && let Some(folder) = self.root.parent()
        {
            let _ = fs::remove_dir_all(folder); // Best effort: the next run begins with an empty one anyway.
        }
    }
}

/// The exercise's source with this body in the function that Python calls.
pub(crate) fn with_body(body: &str) -> String {
    format!(
        "use pyo3::exceptions::PyOverflowError;\nuse pyo3::prelude::*;\n\n\
         pub fn checked_sum(numbers: &[i64]) -> Option<i64> {{\n    \
         i64::try_from(numbers.iter().map(|&number| i128::from(number)).sum::<i128>()).ok()\n}}\n\n\
         #[pyfunction]\npub fn parallel_sum(\n    py: Python<'_>,\n    \
         #[pyo3(from_py_with = crate::numbers::numbers_of)] numbers: Vec<i64>,\n) -> PyResult<i64> {{\n    \
         {body}\n    \
         #[allow(unreachable_code)]\n    \
         py.detach(|| checked_sum(&numbers)).ok_or_else(|| PyOverflowError::new_err(\"too large\"))\n}}\n"
    )
}

/// Takes out the variables that cargo sets for tests of this package, and those that the user has set for other tools.
pub(crate) fn tidy_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_BIN_")
            || text.starts_with("COURSE_")
            || text.starts_with("RUST_")
            || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "CARGO_TARGET_TMPDIR", "CARGO_TARGET_DIR", "NO_COLOR"]
                .contains(&text.as_ref())
        {
            command.env_remove(&name);
        }
    }
}

/// The course that these tests belong to.
pub(crate) fn repository() -> PathBuf {
    let runner = Path::new(env!("CARGO_MANIFEST_DIR"));
    runner.ancestors().nth(2).expect("the runner lies two folders below the root").to_owned()
}

fn scratch_base() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults")
}

/// An empty folder of this name.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = scratch_base().join(name);
    let _ = fs::remove_dir_all(&folder); // Left by an earlier run that was broken off.
    fs::create_dir_all(&folder).expect("the tests' own folder can be made");
    folder
}

fn is_kept(path: &Path) -> bool {
    KEPT.iter().any(|kept| path.starts_with(kept))
}

/// All files below a folder, relative to `base`, without what tools leave.
fn list_files(base: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(base.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_kept(&path) || name == "__pycache__" || name == "target" || name.ends_with("_cache") {
            continue;
        }
        if entry.path().is_dir() {
            list_files(base, &path, found);
        } else {
            found.push(path);
        }
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn all(&self) -> String {
        format!("exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }

    /// Asserts the exit code.
    pub(crate) fn exits_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.all());
        self
    }

    /// Asserts that it said this, wherever lines were broken.
    pub(crate) fn says(&self, part: &str) -> &Self {
        let said = format!("{}\n{}", self.stdout, self.stderr);
        assert!(shows(&said, part), "it does not say {part:?}\n{}", self.all());
        self
    }

    /// Asserts that it did not say this.
    pub(crate) fn never_says(&self, part: &str) -> &Self {
        assert!(!shows(&self.stdout, part) && !shows(&self.stderr, part), "it says {part:?}\n{}", self.all());
        self
    }
}

/// Whether output shows this text, wherever its lines are folded: that depends on the length of the checkout's path.
pub(crate) fn shows(output: &str, part: &str) -> bool {
    let unfolded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    unfolded(output).contains(&unfolded(part))
}

/// Runs a command to its end, which must come in reasonable time.
pub(crate) fn run(command: &mut Command) -> Ran {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    finish(child)
}

/// Waits for the end of a command whose output is captured.
pub(crate) fn finish(mut child: Child) -> Ran {
    let [stdout, stderr] = [child.stdout.take().map(read_all), child.stderr.take().map(read_all)];
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().expect("the runner can be waited for") {
            Some(status) => break Some(status),
            None if Instant::now() > deadline => break None,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    if status.is_none() {
        let _ = child.kill();
    }
    let [stdout, stderr] = [stdout, stderr]
        .map(|thread| thread.map(|thread| thread.join().expect("output can be read")).unwrap_or_default());
    let ran = Ran { code: status.and_then(|status| status.code()), stdout, stderr };
    assert!(status.is_some(), "the runner did not end\n{}", ran.all());
    ran
}

fn read_all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes); // The part that was read is enough for the message.
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Says that this machine cannot provoke a fault. Past libtest, which would hide it from a test that passes.
pub(crate) fn not_simulated(what: &str) {
    let _ = writeln!(std::io::stderr(), "NOT SIMULATED HERE: {what}");
}

/// A folder with links to these programs, to be all that is on the `PATH`.
#[cfg(unix)]
pub(crate) fn path_of(name: &str, programs: &[&str]) -> PathBuf {
    let folder = scratch(name);
    for program in programs {
        let found = std::env::var_os("PATH").and_then(|path| {
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
        });
        if let Some(found) = found {
            std::os::unix::fs::symlink(&found, folder.join(program)).expect("a link can be made");
        }
    }
    folder
}

/// An executable shell script.
#[cfg(unix)]
pub(crate) fn script(path: &Path, body: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("a script can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script can be made executable");
}
