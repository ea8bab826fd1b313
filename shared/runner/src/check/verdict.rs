//! The result of a check as plain data, apart from the code that finds it and the code that shows it.

use std::path::PathBuf;
use std::time::Duration;

use course_core::catalogue::{Exercise, ExerciseRef};
use course_core::compile::{Build, Diagnostic};
use course_core::events::{Expectation, PythonInfo, TestOutcome};
use course_core::files;
use serde_json::{Value, json};

use super::compiler_help;
use crate::ui::text::plain;

/// The state of an exercise.
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

/// The result of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestStatus {
    Passed,
    Failed,
    /// The code under test is not written yet.
    Unwritten,
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
    /// Whether it skipped itself because it is for another platform than this one.
    pub(crate) other_platform: bool,
}

/// The file that was judged.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// A reason for missing tests, or for their early end.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// All of it, for people to read.
    pub(crate) message: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// A source file of the module is missing, empty or unreadable.
    SourceFile,
    /// rustc refuses the code: its errors, the decisive one first.
    DoesNotCompile { errors: Vec<CompilerError> },
    /// Python cannot import the extension.
    Import,
    /// The process ended in the middle, while this test ran if it is known; or it was ended, as it did nothing but wait.
    BrokeOff { test: Option<String>, was_waiting: bool },
    /// A test file is missing or holds no test: there is no way to judge.
    TestFile,
}

/// One error of rustc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompilerError {
    /// The file that it points at, relative to the workspace, if it points at one.
    pub(crate) file: Option<String>,
    /// Its first line.
    pub(crate) headline: String,
    /// As rustc prints it.
    pub(crate) rendered: String,
    /// Help with it, if rustc does not give it.
    pub(crate) help: Option<String>,
}

impl CompilerError {
    /// Whether it points at a test: then it is the tests' call that the code no longer fits.
    pub(crate) fn is_in_a_test(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.split('/').any(|folder| folder == "tests"))
    }
}

impl From<&Diagnostic> for CompilerError {
    fn from(diagnostic: &Diagnostic) -> Self {
        let headline = plain(diagnostic.rendered.lines().next().unwrap_or_default());
        Self {
            file: diagnostic.file.clone(),
            headline,
            rendered: diagnostic.rendered.trim_end().to_owned(),
            help: compiler_help::help(diagnostic),
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// rustc's errors.
    pub(crate) fn does_not_compile(build: &Build) -> Self {
        let mut errors: Vec<CompilerError> =
            build.diagnostics.iter().filter(|diagnostic| diagnostic.is_error).map(CompilerError::from).collect();
        // Errors in the code itself come first; the errors in tests follow from them.
        errors.sort_by_key(CompilerError::is_in_a_test);
        let message = format!("Your code does not compile yet. rustc says:\n\n{}", build.errors().trim_end());
        let kind = FailureKind::DoesNotCompile { errors };
        Self::new(kind, message)
    }
}

/// The time of each phase. The rest of the whole is the runner's own time and Python's start, as far as the build did
/// not hide it.
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
    pub(crate) interpreter: Option<PythonInfo>,
    pub(crate) tests: Vec<Test>,
    /// The reasons for missing tests, or for their early end.
    pub(crate) failures: Vec<Failure>,
    /// The output of the learner's code, shortened.
    pub(crate) printed: String,
    /// rustc's warnings, each with the file that it points at.
    pub(crate) warnings: Vec<(String, String)>,
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
            interpreter: None,
            tests: Vec::new(),
            failures: Vec::new(),
            printed: String::new(),
            warnings: Vec::new(),
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
                .all(|test| matches!(test.status, TestStatus::Unwritten | TestStatus::Passed | TestStatus::Skipped))
    }

    /// All failures, for people to read.
    pub(crate) fn explanation(&self) -> String {
        self.failures.iter().map(|failure| failure.message.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// rustc's errors, the decisive one first; empty where it accepts the code.
    pub(crate) fn compiler_errors(&self) -> &[CompilerError] {
        let errors = self.failures.iter().find_map(|failure| match &failure.kind {
            FailureKind::DoesNotCompile { errors } => Some(errors.as_slice()),
            _ => None,
        });
        errors.unwrap_or_default()
    }

    /// Another exercise of the module whose file rustc refuses: a module is one crate, so that one is in the way.
    pub(crate) fn in_the_way<'c>(&self, exercise_ref: ExerciseRef<'c>) -> Option<&'c Exercise> {
        let module = exercise_ref.module;
        let inside = format!("modules/{}/", module.name);
        let refused = self.compiler_errors().iter().filter_map(|error| error.file.as_ref()?.strip_prefix(&inside));
        let owners = refused.filter_map(|file| {
            module
                .exercises
                .iter()
                .find(|exercise| exercise.files.iter().any(|known| files::with_slashes(known) == file))
        });
        let mut owners = owners.peekable();
        let first = *owners.peek()?;
        // Errors in the exercise's own file come before those elsewhere.
        let own =
            owners.any(|owner| owner.slug == exercise_ref.exercise.slug || owner.shares_a_file(exercise_ref.exercise));
        (!own).then_some(first)
    }

    /// Ends the verdict with this failure: there is nothing more to find out.
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.status = Status::Error;
        self.failures.push(failure);
    }

    /// Passed when at least one test did, none failed, and nothing broke off.
    pub(crate) fn conclude(&mut self) {
        let passed = self.count(TestStatus::Passed);
        let bad = self.tests.len() - passed - self.count(TestStatus::Skipped);
        self.status = match (bad, passed) {
            (0, 1..) if self.failures.is_empty() => Status::Passed,
            _ if self.failures.is_empty() => Status::Failed,
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

impl From<TestOutcome> for TestStatus {
    fn from(outcome: TestOutcome) -> Self {
        match outcome {
            TestOutcome::Passed => Self::Passed,
            TestOutcome::Failed => Self::Failed,
            TestOutcome::Unwritten => Self::Unwritten,
            TestOutcome::Skipped => Self::Skipped,
            // The runner's own worker runs one process: it never reports the last three.
            TestOutcome::Error | TestOutcome::Crashed | TestOutcome::TimedOut | TestOutcome::NotRun => Self::Error,
        }
    }
}

impl TestStatus {
    /// The name in `course/check/v1`, which knows no "unwritten" and no "not run".
    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed | Self::Unwritten => "failed",
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
        "interpreter": verdict.interpreter.as_ref().map(|python| json!({"path": python.path, "version": python.version})),
        "message": verdict.explanation(),
        "tests": tests,
    })
}
