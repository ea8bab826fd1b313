//! What a check finds out: plain data, apart from how it is found and how it is shown.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

/// How an exercise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Passed,
    /// The tests ran, and not all passed.
    Failed,
    /// The code does not compile, crashes, or does not end.
    Error,
    /// There was no way to judge.
    NotRun,
}

/// How one test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestStatus {
    Passed,
    Failed,
    /// The code under test is still unwritten.
    Todo,
    Error,
    Skipped,
    /// The process ended before this test.
    NotRun,
}

/// One test, Rust or Python.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) status: TestStatus,
    /// The whole failure as text.
    pub(crate) message: String,
    /// Its parts, where the test states them.
    pub(crate) expectation: Option<Expectation>,
}

/// The parts of a failure that teach.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    pub(crate) call: String,
    pub(crate) got: String,
    pub(crate) expected: String,
    pub(crate) cause: String,
}

/// The file that was judged.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// Which Python judged.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    pub(crate) path: String,
    pub(crate) version: String,
}

/// Where the time went. What is left of the whole is the runner's own and Python's start, as far as the build did not hide it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Phases {
    /// cargo, rustc and the linker; with the first of the exercises that were built together.
    pub(crate) build: Duration,
    /// Python's tests and Rust's, which run side by side.
    pub(crate) tests: Duration,
    /// Of it Rust's.
    pub(crate) rust_tests: Duration,
}

/// The outcome of checking one exercise.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) id: String,
    pub(crate) module: String,
    pub(crate) status: Status,
    pub(crate) time: Duration,
    pub(crate) phases: Phases,
    pub(crate) artifact: Option<Artifact>,
    pub(crate) judge: Option<Judge>,
    pub(crate) tests: Vec<Test>,
    /// Why there are no tests, or why they broke off: rustc's errors, a crash, the time limit.
    pub(crate) explanation: String,
    /// What the learner's code printed, shortened.
    pub(crate) printed: String,
}

impl Verdict {
    pub(crate) fn new(id: String, module: &str) -> Self {
        Self {
            id,
            module: module.to_owned(),
            status: Status::NotRun,
            time: Duration::ZERO,
            phases: Phases::default(),
            artifact: None,
            judge: None,
            tests: Vec::new(),
            explanation: String::new(),
            printed: String::new(),
        }
    }

    pub(crate) fn passed(&self) -> bool {
        self.status == Status::Passed
    }

    /// Tests of the given status.
    pub(crate) fn count(&self, status: TestStatus) -> usize {
        self.tests.iter().filter(|test| test.status == status).count()
    }

    /// Whether every failing test fails only because nothing is written yet.
    pub(crate) fn not_written(&self) -> bool {
        self.status == Status::Failed
            && self
                .tests
                .iter()
                .all(|test| matches!(test.status, TestStatus::Todo | TestStatus::Passed | TestStatus::Skipped))
    }

    /// Passed when at least one test did, none failed, and nothing broke off.
    pub(crate) fn settle(&mut self) {
        let passed = self.count(TestStatus::Passed);
        let bad = self.tests.len() - passed - self.count(TestStatus::Skipped);
        self.status = match (bad, passed) {
            (0, 1..) if self.explanation.is_empty() => Status::Passed,
            _ if self.explanation.is_empty() => Status::Failed,
            _ => Status::Error,
        };
    }
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::NotRun => "not_run",
        }
    }
}

impl TestStatus {
    /// The name in `course/check/v1`, which knows no "todo" and no "not run".
    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed | Self::Todo => "failed",
            Self::Error | Self::NotRun => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// The document of `check --json`, schema `course/check/v1`.
pub(crate) fn to_json(verdicts: &[Verdict]) -> Value {
    let exercises: Vec<Value> = verdicts.iter().map(exercise_to_json).collect();
    let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
    json!({
        "schema": "course/check/v1",
        "exercises": exercises,
        "summary": {"passed": passed, "failed": verdicts.len() - passed},
    })
}

/// To the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

fn exercise_to_json(verdict: &Verdict) -> Value {
    let tests: Vec<Value> = verdict
        .tests
        .iter()
        .map(|test| json!({"name": test.name, "status": test.status.name(), "message": test.message}))
        .collect();
    json!({
        "id": verdict.id,
        "module": verdict.module,
        "status": verdict.status.name(),
        "seconds": seconds(verdict.time),
        "phases": {
            "build": seconds(verdict.phases.build),
            "tests": seconds(verdict.phases.tests),
            "rust_tests": seconds(verdict.phases.rust_tests),
        },
        "artifact": verdict.artifact.as_ref().map(|artifact| json!({"path": artifact.path.to_string_lossy(), "sha256": artifact.sha256})),
        "interpreter": verdict.judge.as_ref().map(|judge| json!({"path": judge.path, "version": judge.version})),
        "message": verdict.explanation,
        "tests": tests,
    })
}
