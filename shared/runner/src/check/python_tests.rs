//! The Python process that runs an exercise's tests: one for each check, started before cargo so that it is warm in
//! time.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use course_core::catalogue::ExerciseRef;
use course_core::compile;
use course_core::events::{self, PythonInfo, RunSummary, TestResult};
use course_core::jobs::{self, EventSink, Selection, WorkerJob};
use course_core::process::{CancellationToken, ExitReason, Finished, Limits, Supervised};
use course_core::python;
use course_core::{Error, Result};
use serde_json::Value;

use super::verdict::{Failure, FailureKind, Test, TestStatus};

/// Environment variable: the number of examples for each property test. The only variable of the user's that reaches the tests.
const EXAMPLES: &str = "COURSE_EXAMPLES";

/// The user's number of examples, if it is a number that hypothesis can count to in this life.
fn examples_wanted(asked: Option<std::ffi::OsString>) -> Result<Option<String>> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(None) };
    match asked.to_string_lossy().trim().parse::<u32>() {
        Ok(number @ 1..=1_000_000) => Ok(Some(number.to_string())),
        _ => Err(Error::new(format!("{EXAMPLES} is {asked:?}; it takes a whole number from 1 to 1000000.")).advice(
            format!("It sets how many examples each property test tries. `unset {EXAMPLES}` for the usual 100."),
        )),
    }
}

/// Output beyond this is taken for endless.
pub(super) const MOST_OUTPUT: usize = 32 << 20;

/// A Python with pytest, NumPy and hypothesis loaded, waiting for its one job.
#[derive(Debug)]
pub(crate) struct WarmWorker(Supervised);

/// The results of the Python tests.
#[derive(Debug, Default)]
pub(crate) struct PythonReport {
    pub(crate) interpreter: Option<PythonInfo>,
    pub(crate) tests: Vec<Test>,
    /// The reasons for an early end of the tests.
    pub(crate) failures: Vec<Failure>,
    pub(crate) printed: String,
}

/// A job for a worker.
#[derive(Debug, Clone)]
pub(crate) struct TestJob<'j> {
    pub(crate) root: &'j Path,
    /// The Python module under test.
    pub(crate) package: &'j str,
    /// The folder with the extension under test; events are written there too.
    pub(crate) folder: &'j Path,
    pub(crate) tests: Vec<PathBuf>,
    pub(crate) time_limit: Duration,
    /// The choice among the tests of these files.
    pub(crate) selection: Selection<'j>,
}

impl TestJob<'_> {
    pub(super) fn limits(&self) -> Limits {
        Limits { time: self.time_limit, output: MOST_OUTPUT }
    }

    fn events(&self) -> PathBuf {
        self.folder.join("events.jsonl")
    }

    /// The job as JSON for the worker.
    pub(super) fn order(&self) -> Value {
        WorkerJob {
            module: self.package,
            directory: self.folder,
            tests: &self.tests,
            events: EventSink::File(&self.events()),
            root: self.root,
            selection: self.selection,
        }
        .to_json()
    }

    /// The results, read from the worker's events.
    pub(super) fn report(&self, finished: &Finished) -> Result<PythonReport> {
        let events = std::fs::read_to_string(self.events()).unwrap_or_default();
        read_report(&events, finished, self.limits())
    }
}

/// Anything that can run a job.
pub(crate) trait RunTests {
    /// Runs it to its end, whatever it is.
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport>;
}

impl RunTests for WarmWorker {
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        self.run(job, cancel)
    }
}

/// Python cannot be started, or not used, for this reason.
pub(super) fn cannot_start(root: &Path, why: &str) -> Error {
    Error::new(format!("Cannot start {}: {why}.", python::environment_python(root).display()))
        .advice("Run `cargo course setup`; if that does not help, delete the folder .venv first.")
}

/// The test files of an exercise.
pub(crate) fn test_files(exercise_ref: ExerciseRef<'_>) -> impl Iterator<Item = PathBuf> + '_ {
    exercise_ref.exercise.tests.iter().map(move |test| exercise_ref.module.folder.join(test))
}

impl WarmWorker {
    /// Starts Python; it loads while the caller goes on. `examples` sets how many each property test tries; otherwise
    /// the user does, or nobody.
    pub(crate) fn start(root: &Path, examples: Option<&str>) -> Result<Self> {
        let mut command = python::program(root, "worker");
        let examples = match examples {
            Some(examples) => Some(examples.to_owned()),
            None => examples_wanted(std::env::var_os(EXAMPLES))?,
        };
        if let Some(examples) = examples {
            command.env(EXAMPLES, examples);
        }
        command.stdin(Stdio::piped());
        Supervised::spawn(&mut command, None, None)
            .map(Self)
            .map_err(|error| cannot_start(root, &error.to_string()).caused_by(error))
    }

    /// Gives the worker its job and waits for the end, whatever it is.
    pub(crate) fn run(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        let finished = jobs::hand_over(self.0, &job.order(), job.limits(), cancel)?;
        let report = job.report(&finished)?;
        // Before its first event nothing of the exercise is loaded, so the cause is not the learner's code.
        if report.interpreter.is_none() && matches!(finished.exit, ExitReason::Exited(_)) {
            return Err(Error::new(format!(
                "Python did not start. It said:\n{}",
                compile::last_lines(&format!("{}\n{}", finished.stdout, finished.stderr), 6)
            ))
            .advice("Delete the folder .venv, then run `cargo course setup`."));
        }
        Ok(report)
    }
}

fn read_report(events: &str, finished: &Finished, limits: Limits) -> Result<PythonReport> {
    let run = RunSummary::read(events);
    if let Some(failure) = run.pytests_own_failure() {
        let said = run.internal_error.unwrap_or_else(|| finished.stderr.clone());
        return Err(Error::new(format!("{failure}, so there is no verdict. It said:\n{}", compile::last_lines(&said, 6)))
            .advice("Your exercise is not to blame. `cargo course setup` mends the environment; if that does not help, please report it."));
    }
    let mut report = PythonReport {
        interpreter: run.interpreter,
        tests: tests_of(run.results, run.collected),
        failures: Vec::new(),
        printed: printed(finished),
    };
    if run.done.is_some() {
        let message = run.import_failure.map(|message| format!("Python cannot import the extension.\n{message}"));
        report.failures.extend(message.map(|message| Failure::new(FailureKind::Import, message)));
        return Ok(report);
    }
    let exit = finished.describe_exit(limits);
    let was_waiting = finished.exit.was_waiting();
    let failure = match run.running {
        // An exercise that is not written yet may abort the process: a panic cannot leave an `extern "C"` function.
        Some(name) if events::holds_unwritten_panic(&finished.stderr) => {
            report.set(&name, TestStatus::Unwritten, "not written yet");
            return Ok(report);
        }
        Some(name) => {
            report.set(&name, TestStatus::Error, &exit);
            let message = format!("In {name}: {exit}");
            Failure::new(FailureKind::BrokeOff { test: Some(name), was_waiting }, message)
        }
        None if report.interpreter.is_none() => {
            Failure::new(FailureKind::BrokeOff { test: None, was_waiting }, format!("Python did not start: {exit}"))
        }
        None => Failure::new(FailureKind::Import, format!("While the extension was loaded: {exit}")),
    };
    report.failures = vec![failure];
    Ok(report)
}

/// The tests that have a result, and after them those that were collected and have none. If a test has several results, the
/// latest counts: a failure in its tear-down overrules its pass.
fn tests_of(results: Vec<TestResult>, collected: Vec<String>) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for result in results {
        let test = Test {
            name: result.test,
            status: result.outcome.into(),
            message: result.message,
            expectation: result.expectation,
            other_platform: result.other_platform,
        };
        match tests.iter_mut().find(|earlier| earlier.name == test.name) {
            Some(earlier) => *earlier = test,
            None => tests.push(test),
        }
    }
    for name in collected {
        if tests.iter().all(|test| test.name != name) {
            let message = "not run: the tests broke off before it".to_owned();
            tests.push(Test { name, status: TestStatus::NotRun, message, expectation: None, other_platform: false });
        }
    }
    tests
}

impl PythonReport {
    /// Overrules the state of a test in which the run broke off.
    fn set(&mut self, name: &str, status: TestStatus, message: &str) {
        if let Some(test) = self.tests.iter_mut().find(|test| test.name == name) {
            test.status = status;
            message.clone_into(&mut test.message);
        }
    }
}

/// The end of the output of the learner's own `println!`, of Python's `print` and of panics, no line twice.
fn printed(finished: &Finished) -> String {
    let text = format!("{}{}", finished.stdout, finished.stderr);
    let lines: Vec<&str> = text
        .lines()
        // Python's dump of its own frames comes last and would hide what was printed.
        .take_while(|line| !line.starts_with("Fatal Python error: "))
        .filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE") && !line.trim().is_empty())
        .collect();
    let mut kept: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // The panic that every unwritten exercise makes is said in a better way.
        let unwritten = events::is_unwritten_line(line)
            || (line.contains(" panicked at ")
                && lines.get(index + 1).is_some_and(|next| events::is_unwritten_line(next)));
        if !unwritten && !kept.contains(line) {
            kept.push(line);
        }
    }
    kept[kept.len().saturating_sub(12)..].iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

/// A line without signs that would move the cursor or change colours, cut to a length that a screen can hold.
fn printable(line: &str) -> String {
    const LONGEST: usize = 200;
    let mut printable: String = line.chars().filter(|sign| !sign.is_control() || *sign == '\t').take(LONGEST).collect();
    if line.chars().nth(LONGEST).is_some() {
        printable.push('…');
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_a_number_or_an_error() {
        let wanted = |text: &str| examples_wanted(Some(text.into())).map_err(|error| error.to_string());
        assert_eq!(examples_wanted(None).unwrap(), None);
        assert_eq!(wanted("").unwrap(), None);
        assert_eq!(wanted(" 25 ").unwrap(), Some("25".to_owned()));
        for nonsense in ["abc", "0", "-1", "1.5", "99999999999"] {
            assert!(wanted(nonsense).unwrap_err().contains("takes a whole number"), "{nonsense}");
        }
    }

    fn finished(stderr: &str) -> Finished {
        // The reason for its end does not matter here.
        Finished { exit: ExitReason::TooMuchOutput, stdout: String::new(), stderr: stderr.to_owned() }
    }

    #[test]
    fn the_latest_result_counts_and_tests_without_one_come_last() {
        let events = r#"
            {"event": "collected", "tests": ["a", "b", "c"]}
            {"event": "start", "test": "a"}
            {"event": "result", "test": "a", "status": "passed"}
            {"event": "result", "test": "a", "status": "failed"}
            {"event": "start", "test": "b"}
        "#;
        let report = read_report(events, &finished(""), Limits::NONE).expect("a report");
        let tests: Vec<(&str, TestStatus)> =
            report.tests.iter().map(|test| (test.name.as_str(), test.status)).collect();
        assert_eq!(tests, [("a", TestStatus::Failed), ("b", TestStatus::Error), ("c", TestStatus::NotRun)]);
        let broke_off = FailureKind::BrokeOff { test: Some("b".to_owned()), was_waiting: false };
        assert_eq!(report.failures[0].kind, broke_off);
    }

    #[test]
    fn pytests_own_failure_is_no_verdict() {
        let python = "{\"event\": \"python\", \"executable\": \"/p\", \"version\": \"3.14.1\"}\n";
        let failed = |code: u8| format!("{python}{{\"event\": \"done\", \"code\": {code}}}\n");
        for code in [2, 3, 4] {
            let error =
                read_report(&failed(code), &finished("unrecognized arguments: --cov"), Limits::NONE).unwrap_err();
            assert!(error.to_string().contains("unrecognized arguments: --cov"), "{error}");
            assert!(error.to_string().contains("Your exercise is not to blame."), "{error}");
        }
        for code in [0, 1, 5] {
            assert!(read_report(&failed(code), &finished(""), Limits::NONE).is_ok());
        }
    }
}
