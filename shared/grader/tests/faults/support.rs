//! Submissions to break, and the grader driven from outside.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The module whose exercises are handed in here: it has the fewest dependencies.
pub(crate) const MODULE: &str = "01_sum_as_string";

/// Two of its exercises, worth 5 and 10 points.
pub(crate) const IDS: [&str; 2] = ["01.divide", "01.sum_as_string"];

/// Nothing that is done here takes that long, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(900);

/// A grader with a work folder of its own, which is kept between runs: the dependencies in it take time to build.
#[derive(Debug)]
pub(crate) struct Grader {
    pub(crate) work: PathBuf,
    _lock: File,
}

impl Grader {
    /// One that no other test uses.
    pub(crate) fn ready() -> Self {
        loop {
            for slot in 1..=2 {
                let folder = base().join(format!("slot-{slot}"));
                fs::create_dir_all(&folder).unwrap();
                let lock = File::create(folder.join("lock")).unwrap();
                if lock.try_lock().is_ok() {
                    return Self { work: folder.join("work"), _lock: lock };
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A command line in the course's folder, without what cargo and the user say in the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).arg("--work").arg(&self.work).current_dir(repository()).stdin(Stdio::null());
        tidy_environment(&mut command);
        command
    }

    /// Runs a command line to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }

    /// Grades one submission, for both exercises, and reads the report.
    pub(crate) fn grade(&self, submission: &Folder) -> (Ran, Value) {
        let report = submission.beside("report.json");
        let ran = self.run(&[
            "--submission",
            submission.text(),
            IDS[0],
            IDS[1],
            "--seed",
            "1",
            "--report",
            &format!("json={}", report.display()),
        ]);
        ran.exits_with(0);
        (ran, read_json(&report))
    }

    /// Tries to grade what cannot be graded: exit 1, and no report.
    pub(crate) fn refuse(&self, submission: &Folder) -> Ran {
        let report = submission.beside("report.json");
        let _ = fs::remove_file(&report); // Of an earlier grade.
        let ran =
            self.run(&["--submission", submission.text(), IDS[0], "--report", &format!("json={}", report.display())]);
        ran.exits_with(1);
        assert!(!report.exists(), "something was scored");
        ran
    }

    /// Asserts that no process has to do with this work folder.
    pub(crate) fn assert_no_processes(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let found = processes_with(&self.work.to_string_lossy());
            if found.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "left behind: {found:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The built grader.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_course-grader")
}

/// Command lines of processes that have a text in it, or an open file with it in its path.
pub(crate) fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()) {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            let files = fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten();
            let mut files = files.filter_map(|file| fs::read_link(file.path()).ok());
            if line.contains(text) || files.any(|file| file.to_string_lossy().contains(text)) {
                found.push(line);
            }
        }
    }
    found
}

/// A folder of a test's own, removed with the value. Its name has a space, letters beyond ASCII, and a sign that shells
/// read.
#[derive(Debug)]
pub(crate) struct Folder {
    base: PathBuf,
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self::named("Müller & Søn")
    }

    pub(crate) fn named(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let own = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let base = base().join("submissions").join(own);
        let path = base.join(name);
        fs::create_dir_all(&path).unwrap();
        Self { base, path }
    }

    /// The folder as an argument.
    pub(crate) fn text(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// A path outside of the folder, removed with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self
    }

    /// Hands an exercise in as the course solves it.
    pub(crate) fn solve(&self, exercise: &str) -> &Self {
        self.write(&source(exercise), solution(exercise))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base); // Best effort: the system's cleaning has the rest.
    }
}

/// The place of an exercise's file in a submission.
pub(crate) fn source(exercise: &str) -> String {
    format!("modules/{MODULE}/src/{exercise}.rs")
}

/// The course's solution of an exercise.
pub(crate) fn solution(exercise: &str) -> String {
    let path = repository().join(format!("solutions/{MODULE}/src/{exercise}.rs"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a report that is about an exercise.
pub(crate) fn exercise<'r>(report: &'r Value, id: &str) -> &'r Value {
    let exercises = report["exercises"].as_array().expect("a list of exercises");
    exercises.iter().find(|exercise| exercise["id"] == id).unwrap_or_else(|| panic!("no {id} in {report:#}"))
}

/// Its points and status.
pub(crate) fn score(report: &Value, id: &str) -> (f64, String) {
    let exercise = exercise(report, id);
    (exercise["score"].as_f64().unwrap(), exercise["status"].as_str().unwrap().to_owned())
}

/// Why a file was not taken; empty if it was.
pub(crate) fn ignored(report: &Value, path: &str) -> String {
    let files = report["ignored"].as_array().expect("a list of files");
    let found = files.iter().find(|file| file["path"] == path);
    found.map(|file| file["reason"].as_str().unwrap().to_owned()).unwrap_or_default()
}

pub(crate) fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The course that these tests belong to.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the grader lies two folders below the root")
}

fn base() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("grader-faults")
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

    /// Asserts that it said this.
    pub(crate) fn says(&self, part: &str) -> &Self {
        assert!(self.stdout.contains(part) || self.stderr.contains(part), "it does not say {part:?}\n{}", self.all());
        self
    }

    /// Asserts that nothing in its output speaks to a terminal or to CI.
    pub(crate) fn is_quiet(&self) -> &Self {
        for line in self.stdout.lines().chain(self.stderr.lines()) {
            let loud = line.contains(['\u{1b}', '\u{7}', '\r']) || line.starts_with("::") || line.contains("##[");
            assert!(!loud, "{line:?} in\n{}", self.all());
        }
        self
    }
}

/// Runs a command to its end, which must come in reasonable time.
pub(crate) fn run(command: &mut Command) -> Ran {
    finish(start(command))
}

/// Starts a command whose output is captured.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for its end.
pub(crate) fn finish(mut child: Child) -> Ran {
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let read_all = |stream: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes); // What was read until then is enough for the message.
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let [stdout, stderr] =
        [std::thread::spawn(move || read_all(&mut stdout)), std::thread::spawn(move || read_all(&mut stderr))];
    let deadline = Instant::now() + PATIENCE;
    let code = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status.code(),
            None if Instant::now() > deadline => {
                child.kill().unwrap();
                panic!("the grader did not end\n{}\n{}", stdout.join().unwrap(), stderr.join().unwrap());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    Ran { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// Sends a signal by its name, to this process alone.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success(), "cannot send {name}");
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "in vain waited until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a command line after the shell has run `prepare` in a mount namespace. None, where this machine allows none.
pub(crate) fn mounted(grader: &Grader, prepare: &str, arguments: &[&str]) -> Option<Ran> {
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
        command.current_dir(repository()).stdin(Stdio::null());
        tidy_environment(&mut command);
        command
    };
    let possible = in_namespace(prepare).output().is_ok_and(|output| output.status.success());
    let script = format!("{prepare} && exec \"$@\"");
    possible.then(|| run(in_namespace(&script).arg(program()).args(arguments).arg("--work").arg(&grader.work)))
}

/// Says that this machine cannot provoke a fault. Past libtest, which would hide it from a test that passes.
pub(crate) fn not_simulated(what: &str) {
    let _ = writeln!(std::io::stderr(), "NOT SIMULATED HERE: {what}");
}

fn tidy_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let cargos = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "COURSE_", "RUST_"];
        if cargos.iter().any(|start| text.starts_with(start))
            || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "CARGO_TARGET_TMPDIR", "CARGO_TARGET_DIR"]
                .contains(&text.as_ref())
        {
            command.env_remove(&name);
        }
    }
}
