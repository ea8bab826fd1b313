//! Events from the Python programs that run tests: one a line, each a JSON object. `shared/python/coursekit` and
//! `shared/python/grader/host` write them. The runner and the grader read them here. `coursekit/lesson.py` reads the events of
//! the blocks for which it starts a process of its own, and `shared/grader/tests/learnt_by_heart.py` reads those of its oracle.
//! [`crate::jobs`] is the other direction.

use std::collections::BTreeMap;

use serde_json::Value;

/// The events of one run, taken together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunSummary {
    /// The Python that runs the tests. Without it nothing of the exercise was loaded.
    pub interpreter: Option<PythonInfo>,
    /// The names of the tests that pytest has collected, in the order in which they run.
    pub collected: Vec<String>,
    /// The results in the order in which they came. A test may have two, so the caller decides which of them counts. A file that
    /// cannot be collected has a result under its own name.
    pub results: Vec<TestResult>,
    /// The test that has begun and has no result: it was running when the process ended.
    pub running: Option<String>,
    /// Python's own message, if the extension cannot be imported.
    pub import_failure: Option<String>,
    /// The message, if pytest itself failed.
    pub internal_error: Option<String>,
    /// The results of a lesson's code blocks.
    pub blocks: Vec<BlockResult>,
    /// The end, if the run came to it by itself.
    pub done: Option<Done>,
}

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// pytest's exit code; `None` if none is given.
    pub code: Option<i64>,
}

/// The Python that ran the tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonInfo {
    /// The program.
    pub path: String,
    /// As in `3.14.1`.
    pub version: String,
}

/// The result of one test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// The test's name.
    pub test: String,
    /// Its outcome.
    pub outcome: TestOutcome,
    /// The failure, or the reason to skip; empty for a pass.
    pub message: String,
    /// The parts of the failure, where the test states them.
    pub expectation: Option<Expectation>,
    /// Its own time, finite and from 0 up.
    pub seconds: f64,
    /// The output of the code under test, where the run keeps it for each test.
    pub printed: Option<String>,
    /// Whether the test skipped itself because it is for another platform.
    pub other_platform: bool,
    /// Whether the test may have been cut short by the machine rather than by the code under test: its process was
    /// killed, or had to wait for a processor.
    pub cut_short: bool,
    /// Whether one of the functions under test raised. Only the grader's oracle says so.
    pub refused: bool,
    /// The functions that gave a result, each with whether it said something: more than zero, nothing, or the function's own
    /// argument. Only the grader's oracle names them.
    pub answers: BTreeMap<String, bool>,
}

/// The outcomes of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOutcome {
    /// It agreed.
    Passed,
    /// It said no.
    Failed,
    /// It could not be set up or collected. Outcomes of an unknown name count as this one.
    Error,
    /// The code under test is not written yet.
    Unwritten,
    /// It skipped itself.
    Skipped,
    /// The process with the extension died.
    Crashed,
    /// It was over its time limit.
    TimedOut,
    /// It never came to run.
    NotRun,
}

impl TestOutcome {
    fn from_name(name: &str) -> Self {
        match name {
            "passed" => Self::Passed,
            "failed" => Self::Failed,
            "todo" => Self::Unwritten,
            "skipped" => Self::Skipped,
            "crashed" => Self::Crashed,
            "timed_out" => Self::TimedOut,
            "not_run" => Self::NotRun,
            _ => Self::Error,
        }
    }
}

/// The parts of a failure that teach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The call with its arguments.
    pub call: String,
    /// The actual result.
    pub got: String,
    /// The right result.
    pub expected: String,
    /// The likely cause, where the test knows it.
    pub cause: String,
}

/// The result of a code block of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockResult {
    /// The line of its opening fence, from 1.
    pub line: usize,
    /// Nothing, or the reason for its failure.
    pub result: Result<(), String>,
}

impl RunSummary {
    /// Reads the events in a text. Lines of any other form are passed over: the last one may be torn, and where the extension
    /// can write to the stream, anything may stand there.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut summary = Self::default();
        for event in text.lines().filter_map(read_line) {
            summary.add(event);
        }
        summary
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::PythonStarted(interpreter) => self.interpreter = Some(interpreter),
            Event::ImportFailed(message) => self.import_failure = Some(message),
            Event::Collected(tests) => self.collected = tests,
            Event::TestStarted(test) => self.running = Some(test),
            Event::TestFinished(result) => {
                self.running = None;
                self.results.push(result);
            }
            Event::InternalError(message) => self.internal_error = Some(message),
            Event::BlockFinished(block) => self.blocks.push(block),
            Event::Done(done) => self.done = Some(done),
        }
    }

    /// The failure of the run itself behind pytest's exit code, whatever the tests say: pytest or its call is at fault, and no
    /// verdict follows. Exit code 5 (no test collected) is left to the caller, who knows the tests that were asked for.
    #[must_use]
    pub fn pytests_own_failure(&self) -> Option<&'static str> {
        match self.done?.code? {
            0 | 1 | 5 => None,
            2 => Some("pytest was interrupted (its exit code 2)"),
            3 => Some("pytest itself failed (its exit code 3)"),
            4 => Some("pytest was called wrongly (its exit code 4)"),
            _ => Some("pytest ended with an exit code that it does not document"),
        }
    }
}

/// One thing that happened in a run.
#[derive(Debug)]
enum Event {
    PythonStarted(PythonInfo),
    ImportFailed(String),
    Collected(Vec<String>),
    TestStarted(String),
    TestFinished(TestResult),
    InternalError(String),
    BlockFinished(BlockResult),
    Done(Done),
}

fn read_line(line: &str) -> Option<Event> {
    let event: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    Some(match event["event"].as_str()? {
        "python" => Event::PythonStarted(PythonInfo { path: text("executable"), version: text("version") }),
        "import_failed" => Event::ImportFailed(text("message")),
        "collected" => Event::Collected(names(&event["tests"])),
        "start" => Event::TestStarted(text("test")),
        "result" => Event::TestFinished(TestResult {
            test: event["test"].as_str()?.to_owned(),
            outcome: TestOutcome::from_name(event["status"].as_str().unwrap_or_default()),
            message: text("message"),
            expectation: event["call"].as_str().map(|call| Expectation {
                call: call.to_owned(),
                got: text("got"),
                expected: text("expected"),
                cause: text("cause"),
            }),
            seconds: event["seconds"].as_f64().filter(|seconds| seconds.is_finite()).unwrap_or(0.0).max(0.0),
            printed: event["printed"].as_str().map(str::to_owned),
            other_platform: event["other_platform"] == true,
            cut_short: event["cut_short"] == true,
            refused: event["refused"] == true,
            answers: answers(&event["answers"]),
        }),
        "internal_error" => Event::InternalError(text("message")),
        "block" => Event::BlockFinished(BlockResult {
            line: usize::try_from(event["line"].as_u64()?).ok()?,
            result: if event["status"] == "passed" { Ok(()) } else { Err(text("message")) },
        }),
        "done" => Event::Done(Done { code: event["code"].as_i64() }),
        _ => return None,
    })
}

/// The texts in a list.
fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Whether the answers of each function said something.
fn answers(object: &Value) -> BTreeMap<String, bool> {
    let pairs = object.as_object().into_iter().flatten();
    pairs.filter_map(|(function, says)| Some((function.clone(), says.as_bool()?))).collect()
}

/// A test's name without the case in brackets: cases of one parametrised test share it.
#[must_use]
pub fn without_case(test: &str) -> &str {
    test.split('[').next().unwrap_or(test)
}

/// Whether a test is this function or a case of it. Its name may have a file, a class or a Rust program in front, as in
/// `test_sum.py::TestIt::test_it[1]`.
#[must_use]
pub fn is_of_function(test: &str, function: &str) -> bool {
    let place = without_case(test).strip_suffix(function);
    place.is_some_and(|place| place.is_empty() || place.ends_with("::"))
}

/// The beginning of `todo!`'s panic message.
const UNWRITTEN: &str = "not yet implemented";

/// Whether a text holds the panic of `todo!`.
#[must_use]
pub fn holds_unwritten_panic(text: &str) -> bool {
    text.contains(UNWRITTEN)
}

/// Whether a line is the message of `todo!`'s panic.
#[must_use]
pub fn is_unwritten_line(line: &str) -> bool {
    line.starts_with(UNWRITTEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_worker_writes() {
        let text = concat!(
            "{\"event\": \"python\", \"executable\": \"/p\", \"version\": \"3.14.1\"}\n",
            "{\"event\": \"collected\", \"tests\": [\"test_a\", \"test_b[1]\"]}\n",
            "{\"event\": \"start\", \"test\": \"test_a\"}\n",
            "{\"event\": \"result\", \"test\": \"test_a\", \"status\": \"failed\", \"message\": \"no\", \"call\": \"f(1)\", ",
            "\"got\": \"2\", \"expected\": \"3\", \"cause\": \"\", \"seconds\": 0.5}\n",
            "{\"event\": \"done\", \"code\": 1}\n",
        );
        assert_eq!(
            RunSummary::read(text),
            RunSummary {
                interpreter: Some(PythonInfo { path: "/p".to_owned(), version: "3.14.1".to_owned() }),
                collected: vec!["test_a".to_owned(), "test_b[1]".to_owned()],
                results: vec![TestResult {
                    test: "test_a".to_owned(),
                    outcome: TestOutcome::Failed,
                    message: "no".to_owned(),
                    expectation: Some(Expectation {
                        call: "f(1)".to_owned(),
                        got: "2".to_owned(),
                        expected: "3".to_owned(),
                        cause: String::new(),
                    }),
                    seconds: 0.5,
                    printed: None,
                    other_platform: false,
                    cut_short: false,
                    refused: false,
                    answers: BTreeMap::new(),
                }],
                done: Some(Done { code: Some(1) }),
                ..RunSummary::default()
            }
        );
    }

    #[test]
    fn a_test_runs_until_its_result_and_all_results_are_kept() {
        let start = |test: &str| format!("{{\"event\": \"start\", \"test\": \"{test}\"}}\n");
        let result = |status: &str| format!("{{\"event\": \"result\", \"test\": \"a\", \"status\": \"{status}\"}}\n");
        let text = [start("a"), result("passed"), result("failed")].concat();
        let summary = RunSummary::read(&text);
        let outcomes: Vec<TestOutcome> = summary.results.iter().map(|result| result.outcome).collect();
        assert_eq!(outcomes, [TestOutcome::Passed, TestOutcome::Failed]);
        assert_eq!((summary.running, summary.done), (None, None));
        assert_eq!(RunSummary::read(&(text + &start("b"))).running.as_deref(), Some("b"));
    }

    #[test]
    fn a_test_is_known_by_its_function() {
        let tests = ["test_it", "test_it[a::b]", "TestIt::test_it", "test_a.py::test_it[1]", "module_tests::test_it"];
        assert!(tests.iter().all(|test| is_of_function(test, "test_it")));
        for other in ["test_it_too", "not_test_it", "test_a[test_it]", "test_a[::test_it]"] {
            assert!(!is_of_function(other, "test_it"), "{other}");
        }
        assert_eq!(without_case("test_a.py::test_it[1]"), "test_a.py::test_it");
    }

    #[test]
    fn pytests_own_failures_are_told_from_failed_tests() {
        let ended = |code| RunSummary { done: Some(Done { code }), ..RunSummary::default() };
        let failures: Vec<i64> = (0..8).filter(|code| ended(Some(*code)).pytests_own_failure().is_some()).collect();
        assert_eq!(failures, [2, 3, 4, 6, 7]);
        assert_eq!(ended(None).pytests_own_failure(), None);
        assert_eq!(RunSummary::default().pytests_own_failure(), None);
    }

    #[test]
    fn passes_over_what_is_no_event_and_distrusts_numbers() {
        let text = "noise\n{\"event\": 3}\n[]\n{\"event\": \"unheard\"}\n{\"event\": \"result\", \"status\": \"passed\"}\n\
                    {\"event\": \"result\", \"test\": \"t\", \"status\": \"perfect\", \"seconds\": -1e999}\n\
                    {\"event\": \"result\", \"test\": \"t\", \"status\": \"passed\", \"seconds\": -3}\n{\"event\": \"do";
        let found = |text: &str| -> Vec<(TestOutcome, f64)> {
            RunSummary::read(text).results.iter().map(|result| (result.outcome, result.seconds)).collect()
        };
        assert_eq!(found(text), [(TestOutcome::Passed, 0.0)]);
        let unknown = "{\"event\": \"result\", \"test\": \"t\", \"status\": \"perfect\"}";
        assert_eq!(found(unknown), [(TestOutcome::Error, 0.0)]);
    }
}
