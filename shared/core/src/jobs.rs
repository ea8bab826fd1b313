//! Jobs for the Python programs that run tests: each program gets one, as a line of JSON on its standard input. The
//! programs answer with [`crate::events`].

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::process::{CancellationToken, Finished, Limits, Supervised};

/// Starts a program that does one job, and does it: see [`hand_over`].
pub fn run(command: &mut Command, job: &Value, limits: Limits, cancel: &CancellationToken) -> Result<Finished> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped());
    let child = Supervised::spawn(command, None, None)
        .map_err(|error| Error::new(format!("Cannot start {program}: {error}.")).caused_by(error))?;
    hand_over(child, job, limits, cancel)
}

/// Gives a job to a program that waits for one on its standard input, and waits for the program's end, whatever it is.
pub fn hand_over(mut child: Supervised, job: &Value, limits: Limits, cancel: &CancellationToken) -> Result<Finished> {
    if let Some(mut stdin) = child.stdin() {
        // A program that died at its start does not take the job. The caller misses its events.
        let _ = stdin.write_all(format!("{job}\n").as_bytes());
    }
    child.wait(limits, cancel)
}

/// A job for a process that runs tests in itself.
#[derive(Debug, Clone)]
pub struct WorkerJob<'j> {
    /// The Python module under test.
    pub module: &'j str,
    /// The folder with the extension.
    pub directory: &'j Path,
    /// pytest files.
    pub tests: &'j [PathBuf],
    /// The file or stream for its events.
    pub events: EventSink<'j>,
    /// pytest's root: it lists every folder from here down to the tests.
    pub root: &'j Path,
    /// The choice among the tests in these files.
    pub selection: Selection<'j>,
}

/// A choice among the tests of a job.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'j> {
    /// Every test.
    All,
    /// The soft tests.
    Soft,
    /// All but the soft tests.
    NotSoft,
    /// The test functions of these names.
    Named(&'j [String]),
}

/// The file or stream that a worker writes its events to.
#[derive(Debug, Clone, Copy)]
pub enum EventSink<'j> {
    /// To a file.
    File(&'j Path),
    /// To standard error. A hostile extension could make a pipe of a file that nobody writes to, or a link.
    Stderr,
}

impl WorkerJob<'_> {
    /// The line to write to the worker's standard input, without its end.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut job = json!({
            "module": self.module,
            "directory": self.directory,
            "tests": self.tests,
            "events": match self.events {
                EventSink::File(path) => json!(path),
                EventSink::Stderr => json!("stderr"),
            },
            "root": self.root,
        });
        match self.selection {
            Selection::All => {}
            // What pytest's `-m` takes.
            Selection::Soft => job["marker"] = json!("soft"),
            Selection::NotSoft => job["marker"] = json!("not soft"),
            Selection::Named(names) => job["names"] = json!(names),
        }
        job
    }
}

/// A job for the grader's oracle: to run tests here against a submission that is in a jail. The oracle also reads
/// `compares_runs`, which no grading sets: `shared/grader/tests/learnt_by_heart.py` sets it, and writes its jobs by itself.
#[derive(Debug, Clone)]
pub struct OracleJob<'j> {
    /// The Python module under test.
    pub module: &'j str,
    /// The folder with the extension.
    pub directory: &'j Path,
    /// pytest files.
    pub tests: &'j [PathBuf],
    /// The classes of the course's own type stub, each with the special methods that it names.
    pub declared: &'j BTreeMap<String, Vec<String>>,
    /// The command line that starts the jail with the submission in it.
    pub worker: &'j [String],
    /// A folder that the oracle and the jail share.
    pub scratch: &'j Path,
    /// The seed for random inputs.
    pub seed: u64,
    /// For one test.
    pub time_limit: Duration,
    /// For all tests.
    pub budget: Duration,
    /// MiB that the oracle may use itself.
    pub memory: u32,
    /// The file that events go to.
    pub events: &'j Path,
    /// pytest's root.
    pub root: &'j Path,
    /// Whether to import the module, and run no test.
    pub only_import: bool,
}

impl OracleJob<'_> {
    /// The line to write to the oracle's standard input, without its end.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "module": self.module,
            "directory": self.directory,
            "tests": self.tests,
            "declared": self.declared,
            "worker": self.worker,
            "scratch": self.scratch,
            "seed": self.seed,
            "time_limit": self.time_limit.as_secs(),
            "budget": self.budget.as_secs(),
            "memory": self.memory,
            "events": self.events,
            "root": self.root,
            "only_import": self.only_import,
        })
    }
}

/// A job for the program that runs the Python blocks of a lesson.
#[derive(Debug, Clone)]
pub struct LessonJob<'j> {
    /// The lesson.
    pub readme: &'j Path,
    /// The folder with the extension.
    pub directory: &'j Path,
    /// The Python module that the lesson is about.
    pub module: &'j str,
    /// Folders with the extension built from wrong versions that blocks ask for, by their names.
    pub wrong: &'j BTreeMap<String, PathBuf>,
    /// The file that events go to.
    pub events: &'j Path,
}

impl LessonJob<'_> {
    /// The line to write to the program's standard input, without its end.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "readme": self.readme,
            "directory": self.directory,
            "module": self.module,
            "wrong": self.wrong,
            "events": self.events,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_program_gets_its_job_and_may_die_over_it() {
        let run = |program: &str, job: &Value| {
            run(&mut Command::new(program), job, Limits::NONE, &CancellationToken::default())
        };
        assert_eq!(run("cat", &json!({"module": "m"})).expect("it runs").stdout, "{\"module\":\"m\"}\n");
        let more_than_a_pipe_holds = json!("x".repeat(1 << 20));
        assert!(run("true", &more_than_a_pipe_holds).expect("it runs").exit.success());
        let error = run("/no/such/program", &json!({})).unwrap_err().to_string();
        assert!(error.starts_with("Cannot start /no/such/program: "), "{error}");
    }

    #[test]
    fn a_job_says_which_tests_run_unless_all_do() {
        let tests = [PathBuf::from("/t.py")];
        let job = WorkerJob {
            module: "m",
            directory: Path::new("/d"),
            tests: &tests,
            events: EventSink::Stderr,
            root: Path::new("/r"),
            selection: Selection::All,
        };
        assert_eq!(
            job.to_json(),
            json!({"module": "m", "directory": "/d", "tests": ["/t.py"], "events": "stderr", "root": "/r"})
        );
        for (selection, marker) in [(Selection::Soft, "soft"), (Selection::NotSoft, "not soft")] {
            assert_eq!(WorkerJob { selection, ..job.clone() }.to_json()["marker"], marker);
        }
        let names = ["test_it".to_owned()];
        assert_eq!(WorkerJob { selection: Selection::Named(&names), ..job }.to_json()["names"], json!(names));
    }
}
