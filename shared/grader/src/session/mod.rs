//! Runs the tests of one exercise on a built extension: from outside through the oracle, and, for what only shows
//! there, inside the jail.

pub(crate) mod oracles;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use course_core::catalogue::{Exercise, Module};
use course_core::events::{RunSummary, TestOutcome, TestResult};
use course_core::jobs::{self, EventSink, OracleJob, Selection, WorkerJob};
use course_core::process::{CancellationToken, ExitReason, Finished, Limits};
use course_core::{Error, Result, files};
use serde_json::Value;

use crate::exclusive_access;
use crate::grading_context::GradingContext;
use crate::test_status::Status;

use oracles::JobEnd;

/// The outcome of one test, as the run tells it. The manifest says whether it counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TestRun {
    /// Its outcome.
    pub(crate) status: Status,
    /// Its own time.
    pub(crate) seconds: f64,
    /// The problem.
    pub(crate) message: String,
    /// Whether the machine may have cut it short: see [`TestResult::cut_short`].
    pub(crate) cut_short: bool,
    /// See [`TestResult::refused`].
    pub(crate) refused: bool,
    /// See [`TestResult::answers`].
    pub(crate) answers: BTreeMap<String, bool>,
}

/// The results by test name, and the reason if there are fewer than expected.
#[derive(Debug, Default)]
pub(crate) struct SessionResult {
    /// By name. A name that came twice is "not run": it is not known which result is the true one.
    pub(crate) tests: BTreeMap<String, TestRun>,
    /// In the order in which they were collected.
    pub(crate) order: Vec<String>,
    /// The cause, if the run broke off.
    pub(crate) broken: Option<String>,
    /// Whether it broke off because the module cannot be imported.
    pub(crate) import_failed: bool,
}

impl SessionResult {
    /// The outcome of a test that should have run.
    pub(crate) fn result(&self, name: &str) -> TestRun {
        let never = || TestRun {
            status: Status::NotRun,
            seconds: 0.0,
            message: self.broken.clone().unwrap_or_default(),
            cut_short: false,
            refused: false,
            answers: BTreeMap::new(),
        };
        self.tests.get(name).cloned().unwrap_or_else(never)
    }

    /// Adds the result of a test.
    fn add(&mut self, result: TestResult) {
        let mut message = result.message;
        if let Some(printed) = result.printed {
            message.push_str("\nprinted meanwhile:\n");
            message.push_str(&printed);
        }
        let run = TestRun {
            status: result.outcome.into(),
            seconds: result.seconds,
            message,
            cut_short: result.cut_short,
            refused: result.refused,
            answers: result.answers,
        };
        self.tests
            .entry(result.test)
            .and_modify(|earlier| {
                earlier.status = Status::NotRun;
                "two results of one test".clone_into(&mut earlier.message);
            })
            .or_insert(run);
    }

    /// Whether the machine may have cost this run a test.
    fn was_cut_short(&self) -> bool {
        self.tests.values().any(|ran| ran.cut_short && ran.status != Status::Passed)
    }

    /// Takes over from a repeated run what this one did not come to: tests that were cut short, and those that were not
    /// run because of them.
    fn complete_with(&mut self, repeated: Self) {
        for (name, ran) in repeated.tests {
            let lost = self.tests.get(&name).is_none_or(|earlier| {
                (earlier.cut_short && earlier.status != Status::Passed) || earlier.status == Status::NotRun
            });
            if lost {
                self.tests.insert(name, ran);
            }
        }
        self.broken = repeated.broken;
        self.import_failed = repeated.import_failed;
    }

    /// The first thing that went wrong, if anything did.
    fn failure(&self) -> Option<String> {
        if self.broken.is_some() {
            return self.broken.clone();
        }
        let failed = self.tests.iter().find(|(_, ran)| !matches!(ran.status, Status::Passed | Status::Skipped));
        failed.map(|(name, ran)| format!("{name}: {}", ran.message))
    }

    /// Whether it broke off before any test passed.
    pub(crate) fn broke_off_before_any_pass(&self) -> bool {
        self.broken.is_some() && self.tests.values().all(|ran| ran.status != Status::Passed)
    }
}

impl From<TestOutcome> for Status {
    fn from(outcome: TestOutcome) -> Self {
        match outcome {
            TestOutcome::Passed => Self::Passed,
            TestOutcome::Failed | TestOutcome::Unwritten => Self::Failed,
            TestOutcome::Error => Self::Error,
            TestOutcome::Crashed => Self::Crashed,
            TestOutcome::TimedOut => Self::TimedOut,
            TestOutcome::Skipped => Self::Skipped,
            TestOutcome::NotRun => Self::NotRun,
        }
    }
}

/// A built extension and the folder for its tests.
#[derive(Debug)]
pub(crate) struct Session<'s> {
    /// The surroundings of this grading.
    pub(crate) grading: GradingContext<'s>,
    /// The folder with the extension, under the name that Python imports.
    pub(crate) extension: &'s Path,
    /// An empty folder of this run.
    pub(crate) scratch: &'s Path,
    /// The seed from which inputs are drawn.
    pub(crate) seed: u64,
}

/// The time for all tests of an exercise, as a multiple of the limit for one.
const BUDGET: u32 = 3;

/// For one test, whatever its exercise says. Longer limits are for tests that run cargo or start a cluster for a learner; cargo
/// does not run in the jail, and a submission that hangs holds up the run for all of its time.
const MOST_FOR_A_TEST: Duration = Duration::from_secs(60);

/// For an import alone. The slowest solution needs a tenth of a second.
const TIME_TO_IMPORT: Duration = Duration::from_secs(10);

/// On top of the budget, for starting and ending.
const GRACE: Duration = Duration::from_secs(30);

impl Session<'_> {
    /// Tests that ask a submission from outside. The reference has passed the same tests, so if pytest fails here, the
    /// submission is the cause: the tests without a result earn nothing.
    pub(crate) fn run_outside(&self, module: &Module, exercise: &Exercise, tests: &[PathBuf]) -> Result<SessionResult> {
        let (end, events) = self.run(module, exercise, tests)?;
        if events.started && events.has_pytest_failed() {
            Ok(events.charged_to_the_submission())
        } else {
            outcome(end, events, exercise, tests)
        }
    }

    /// Runs the tests. If the machine may have cut them short, this repeats them while nothing else of the grader runs, as long
    /// as the submission has some of its retry budget left.
    fn run(&self, module: &Module, exercise: &Exercise, tests: &[PathBuf]) -> Result<(JobEnd, Events)> {
        let job = self.job(module, exercise, tests)?;
        let access = &self.grading.environment.exclusive_access;
        let time = time_for_all_tests(exercise);
        let attempt = |time| self.ask_oracle(&job, time);
        let repeat = || {
            let in_vain =
                |(end, events): &(JobEnd, Events)| !matches!(end, JobEnd::Done) || events.result.was_cut_short();
            self.grading.retry_budget.repeat_alone(access, time, attempt, in_vain)
        };
        let (mut end, mut events) = access.beside_others(|| attempt(time))?;
        // The tests themselves died, not the submission; or its process was killed or starved. Perhaps this machine was
        // short of memory, or of processors, for a moment.
        let stopped_by_the_machine = matches!(end, JobEnd::TimedOut) && exclusive_access::is_overloaded();
        let broke = !events.done && (matches!(end, JobEnd::Broke(_)) || stopped_by_the_machine);
        if broke || events.has_pytest_failed() {
            (end, events) = repeat()?.unwrap_or((end, events));
        } else if events.result.was_cut_short()
            && let Some((_, repeated)) = repeat()?
            && repeated.done
            && !repeated.has_pytest_failed()
        {
            events.result.complete_with(repeated.result);
        }
        Ok((end, events))
    }

    /// Runs the tests against the course's own solution. If a test fails, this runs all tests of the exercise once more, while
    /// nothing else of the grader works, and the second run counts. Otherwise one test that depends on the machine would keep
    /// a whole class from being graded. The teacher reads about it on standard error.
    pub(crate) fn run_reference(
        &self,
        module: &Module,
        exercise: &Exercise,
        tests: &[PathBuf],
    ) -> Result<SessionResult> {
        let (end, events) = self.run(module, exercise, tests)?;
        let first = outcome(end, events, exercise, tests)?;
        let Some(failure) = first.failure() else { return Ok(first) };
        eprintln!(
            "The reference solution of {} failed a test; all its tests are run once more, by themselves. The failure: {failure}",
            exercise.id(),
        );
        let job = self.job(module, exercise, tests)?;
        let attempt = || self.ask_oracle(&job, time_for_all_tests(exercise));
        let (end, events) = self.grading.environment.exclusive_access.alone(attempt)?;
        outcome(end, events, exercise, tests)
    }

    /// Only imports the module, and gives the problem if there is one. This machine gets no time for anything else meanwhile,
    /// so a few seconds are plenty.
    pub(crate) fn import_problem(&self, module: &Module, exercise: &Exercise) -> Result<Option<String>> {
        let only_import = |job: &mut OracleJob<'_>| (job.only_import, job.time_limit) = (true, TIME_TO_IMPORT);
        let job = self.job_with(module, exercise, &[], only_import)?;
        let (end, events) =
            self.grading.environment.exclusive_access.alone(|| self.ask_oracle(&job, TIME_TO_IMPORT + GRACE))?;
        match (events.started, events.done) {
            (false, _) => Err(did_not_start(end)),
            (true, false) => Ok(Some("importing the module broke off".to_owned())),
            (true, true) => Ok(events.result.broken.filter(|_| events.result.import_failed)),
        }
    }

    fn job(&self, module: &Module, exercise: &Exercise, tests: &[PathBuf]) -> Result<Value> {
        self.job_with(module, exercise, tests, |_| {})
    }

    /// A job that differs from the usual one.
    fn job_with(
        &self,
        module: &Module,
        exercise: &Exercise,
        tests: &[PathBuf],
        change: impl FnOnce(&mut OracleJob<'_>),
    ) -> Result<Value> {
        let shared = self.scratch.join("shared");
        files::make_folder(&shared)?;
        let mut policy = self.grading.environment.policy();
        policy.read.extend([self.extension.to_owned(), shared.clone()]);
        policy.network = exercise.network;
        let mut worker = self.grading.jail.command_line(&policy);
        worker.extend(self.grading.environment.jailed_python_program("grading-worker"));
        let mut job = OracleJob {
            module: &module.package,
            directory: self.extension,
            tests,
            declared: &declared_classes(module)?,
            worker: &worker,
            scratch: &shared,
            seed: self.seed,
            time_limit: time_for_a_test(exercise),
            budget: time_for_a_test(exercise) * BUDGET,
            memory: self.grading.environment.memory.of_oracle(),
            events: &self.event_log(),
            root: &self.grading.environment.course.root,
            only_import: false,
        };
        change(&mut job);
        Ok(job.to_json())
    }

    fn event_log(&self) -> PathBuf {
        self.scratch.join("events.jsonl")
    }

    fn ask_oracle(&self, job: &Value, time: Duration) -> Result<(JobEnd, Events)> {
        let event_log = self.event_log();
        let _ = std::fs::remove_file(&event_log); // Another run's must not be taken for this one's.
        let end = self.grading.environment.oracles.run(job, time)?;
        Ok((end, Events::read(&read_at_most(&event_log, 64 << 20))))
    }

    /// Tests that run in one process with the submission. Their reports can be forged.
    pub(crate) fn run_inside(
        &self,
        module: &Module,
        exercise: &Exercise,
        tests: &[PathBuf],
        selection: Selection<'_>,
    ) -> Result<SessionResult> {
        let own = self.scratch.join("inside");
        files::make_folder(&own)?;
        let root = &self.grading.environment.course.root;
        let mut policy = self.grading.environment.policy_with_processes();
        policy.read.extend([self.extension.to_owned(), root.join("Cargo.toml"), root.join("pyproject.toml")]);
        policy.read.extend(["tests", "data", "Cargo.toml"].map(|part| module.folder.join(part)));
        policy.read.extend(tests.iter().cloned());
        policy.scratch.push(own.clone());
        let job = WorkerJob {
            module: &module.package,
            directory: self.extension,
            tests,
            events: EventSink::Stderr,
            root: tests.first().and_then(|test| test.parent()).unwrap_or(root),
            selection,
        };
        let mut command_line = self.grading.jail.command_line(&policy);
        command_line.extend(self.grading.environment.jailed_python_program("worker"));
        let mut command_line = command_line.into_iter();
        let mut command = Command::new(command_line.next().unwrap_or_default());
        command.args(command_line).env_clear().env("TMPDIR", &own).env("HOME", &own).env("PATH", "/usr/bin:/bin");
        let access = &self.grading.environment.exclusive_access;
        let time = time_for_a_test(exercise) * BUDGET;
        let mut attempt = |time| {
            let limits = Limits { time, output: 64 << 20 };
            jobs::run(&mut command, &job.to_json(), limits, &CancellationToken::default())
        };
        let mut finished = access.beside_others(|| attempt(time))?;
        if exclusive_access::may_be_the_machines_fault(finished.exit) {
            let in_vain =
                |finished: &Finished| !matches!(finished.exit, ExitReason::Exited(status) if status.success());
            finished = self.grading.retry_budget.repeat_alone(access, time, attempt, in_vain)?.unwrap_or(finished);
        }
        let events = Events::read(&finished.stderr);
        let broken = match finished.exit {
            _ if events.done => events.result.broken.clone(),
            ExitReason::TimedOut { .. } => Some("stopped: it took too long".to_owned()),
            _ => Some("the process with the submission ended in the middle of the tests".to_owned()),
        };
        Ok(SessionResult { broken, ..events.result })
    }
}

/// The time limit of the oracle for all tests of an exercise.
fn time_for_all_tests(exercise: &Exercise) -> Duration {
    time_for_a_test(exercise) * BUDGET + GRACE
}

/// The time limit of one test.
fn time_for_a_test(exercise: &Exercise) -> Duration {
    exercise.time_limit.min(MOST_FOR_A_TEST)
}

/// Turns a run of the oracle into results. It is an error if the course or the machine failed, because a submission cannot
/// cause that.
fn outcome(end: JobEnd, events: Events, exercise: &Exercise, tests: &[PathBuf]) -> Result<SessionResult> {
    events.check_pytest()?;
    if events.done && events.result.order.is_empty() && events.code == Some(5) {
        return Err(Error::new(format!("pytest finds no test of {} in {}.", exercise.id(), names(tests))).advice(
            "Nobody is graded by tests that are not there. `cargo course verify` says what is wrong with the course.",
        ));
    }
    if !events.started {
        return Err(did_not_start(end));
    }
    let broken = match end {
        _ if events.done => events.result.broken.clone(),
        JobEnd::TimedOut => Some("the tests were stopped: what the submission answered kept them busy".to_owned()),
        _ => Some("the tests broke off".to_owned()),
    };
    Ok(SessionResult { broken, ..events.result })
}

fn did_not_start(end: JobEnd) -> Error {
    let stderr = if let JobEnd::Broke(stderr) = end { stderr } else { String::new() };
    Error::new(format!("The oracle did not start:\n{stderr}"))
        .advice("`cargo course doctor` says what is missing; `cargo course setup` makes the course's Python anew.")
}

fn names(tests: &[PathBuf]) -> String {
    tests.iter().map(|test| test.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The classes that the course's own type stub names, each with the special methods that it names for the class.
fn declared_classes(module: &Module) -> Result<BTreeMap<String, Vec<String>>> {
    Ok(classes_of(&files::read(&module.solution_folder.join(module.type_stub()))?))
}

/// The classes of a type stub as [`declared_classes`] gives them.
fn classes_of(stub: &str) -> BTreeMap<String, Vec<String>> {
    let name_at =
        |text: &str| text.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect::<String>();
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current = None;
    for line in stub.lines() {
        if let Some(rest) = line.strip_prefix("class ") {
            current = Some(name_at(rest));
            classes.entry(name_at(rest)).or_default();
        } else if let (Some(class), true) = (&current, line.starts_with(' ')) {
            let code = line.trim_start();
            let method = code.strip_prefix("def ").or_else(|| code.strip_prefix("async def ")).map(name_at);
            let special = method.filter(|name| name.starts_with("__") && name.ends_with("__"));
            classes.entry(class.clone()).or_default().extend(special);
        } else if !line.is_empty() {
            current = None;
        }
    }
    classes
}

/// The content of a session's events.
#[derive(Debug, Default)]
struct Events {
    result: SessionResult,
    started: bool,
    done: bool,
    code: Option<i64>,
    pytests_own_failure: Option<&'static str>,
    internal_error: Option<String>,
}

impl Events {
    fn read(text: &str) -> Self {
        let run = RunSummary::read(text);
        let pytests_own_failure = run.pytests_own_failure();
        let mut result = SessionResult {
            order: run.collected,
            import_failed: run.import_failure.is_some(),
            broken: run.import_failure,
            ..SessionResult::default()
        };
        for each in run.results {
            result.add(each);
        }
        // A file that cannot be collected has a result under its own name, and its tests have none: it says why.
        if let Some((_, test)) = result.tests.iter().find(|_| result.order.is_empty()) {
            result.broken = Some(test.message.clone());
        }
        Self {
            result,
            started: run.interpreter.is_some(),
            done: run.done.is_some(),
            code: run.done.and_then(|done| done.code),
            pytests_own_failure,
            internal_error: run.internal_error,
        }
    }

    /// Whether pytest was interrupted or failed by itself, rather than a test. A wrong call of pytest, its exit code 4, is none
    /// of this: no submission can cause that.
    fn has_pytest_failed(&self) -> bool {
        self.internal_error.is_some() || matches!(self.code, Some(2 | 3))
    }

    /// The results of a run in which pytest failed over a submission: tests that have no result stay without one.
    fn charged_to_the_submission(self) -> SessionResult {
        let broken = "the tests broke off: pytest failed over what the submission answered".to_owned();
        SessionResult { broken: Some(broken), ..self.result }
    }

    /// If pytest itself fails without a submission to blame, the cause is the grader or the machine: nobody is graded by such
    /// a run.
    fn check_pytest(&self) -> Result<()> {
        if self.pytests_own_failure.is_none() && self.internal_error.is_none() {
            return Ok(());
        }
        let failure = self.pytests_own_failure.unwrap_or("pytest itself failed");
        let said = self.internal_error.as_deref().unwrap_or("nothing");
        Err(Error::new(format!("{failure}, and nothing is scored. It said:\n{said}"))
            .advice("No submission is to blame. `cargo course setup` mends the environment; if that does not help, please report it."))
    }
}

fn read_at_most(path: &Path, most: u64) -> String {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // A file that cannot be read is one without events.
        let _ = file.take(most).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_over_which_pytest_fails_is_charged_and_a_wrong_call_of_pytest_is_not() {
        let read = |last: &str| Events::read(&format!("{last}\n"));
        for (last, failed) in [
            (r#"{"event":"done","code":0}"#, false),
            (r#"{"event":"done","code":1}"#, false),
            (r#"{"event":"done","code":2}"#, true),
            (r#"{"event":"done","code":3}"#, true),
            (r#"{"event":"done","code":4}"#, false),
            (r#"{"event":"internal_error","message":"ValueError"}"#, true),
        ] {
            assert_eq!(read(last).has_pytest_failed(), failed, "{last}");
        }
        let charged = read(r#"{"event":"done","code":3}"#).charged_to_the_submission();
        let lost = charged.result("test_it");
        assert_eq!(lost.status, Status::NotRun);
        assert!(lost.message.contains("the tests broke off"), "{}", lost.message);
    }

    #[test]
    fn a_test_with_two_results_is_not_run() {
        let result = r#"{"event":"result","test":"test_it","status":"passed"}"#;
        assert_eq!(Events::read(result).result.result("test_it").status, Status::Passed);
        let twice = Events::read(&format!("{result}\n{result}\n")).result.result("test_it");
        assert_eq!((twice.status, &*twice.message), (Status::NotRun, "two results of one test"));
    }

    #[test]
    fn a_type_stub_tells_which_special_methods_a_class_has() {
        let stub = "from typing import final\n\n@final\nclass Money:\n    def __init__(self) -> None: ...\n\n    \
                    def __add__(self, other: Money) -> Money: ...\n    def cents(self) -> int: ...\n\n\
                    class Empty(Exception): ...\n\ndef __odd__() -> None: ...\n    # def __sub__\n";
        let found = classes_of(stub);
        assert_eq!(found["Money"], ["__init__", "__add__"]);
        assert!(found["Empty"].is_empty());
        assert_eq!(found.len(), 2);
    }
}
