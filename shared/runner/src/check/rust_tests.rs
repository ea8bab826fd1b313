//! Runs an exercise's Rust test program and reads libtest's output.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use course_core::process::{self, CancellationToken, Limits};
use course_core::{Result, events, judging, python};

use super::python_tests::MOST_OUTPUT;
use super::verdict::{Failure, FailureKind, Test, TestStatus};

/// The results of the Rust tests.
#[derive(Debug, Default)]
pub(crate) struct RustReport {
    pub(crate) tests: Vec<Test>,
    /// The reasons for an early end of a program.
    pub(crate) failures: Vec<Failure>,
    pub(crate) time: Duration,
}

/// Runs a test program.
pub(crate) fn run(
    root: &Path,
    program: &Path,
    name: &str,
    time_limit: Duration,
    cancel: &CancellationToken,
) -> Result<RustReport> {
    let mut command = Command::new(program);
    if let Some(path) = python::search_path(root) {
        command.env("PATH", path);
    }
    // One thread: the test named last is then the one that crashed or hangs.
    command.args(["--test-threads=1", "--color=never"]).env("RUST_BACKTRACE", "0");
    // proptest would write failing inputs beside the test, into a tracked folder.
    command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    judging::isolate(&mut command);
    let limits = Limits { time: time_limit, output: MOST_OUTPUT };
    let finished = process::run(&mut command, limits, cancel)?;
    let (mut tests, complete) = read(&finished.stdout);
    for test in &mut tests {
        test.name = format!("{name}::{}", test.name);
    }
    let mut failures = Vec::new();
    if !complete {
        let exit = finished.describe_exit(limits);
        let running = tests.iter_mut().find(|test| test.status == TestStatus::NotRun).map(|test| {
            test.status = TestStatus::Error;
            test.message.clone_from(&exit);
            test.name.clone()
        });
        let kind = FailureKind::BrokeOff { test: running, was_waiting: finished.exit.was_waiting() };
        failures.push(Failure::new(kind, format!("In the Rust tests: {exit}")));
    }
    Ok(RustReport { tests, failures, time: Duration::ZERO })
}

/// Reads the lines `test NAME ... ok` and the blocks `---- NAME stdout ----`. Says whether the run came to its end.
fn read(output: &str) -> (Vec<Test>, bool) {
    let mut tests: Vec<Test> = Vec::new();
    let mut complete = false;
    let mut block: Option<usize> = None;
    for line in output.lines() {
        if let Some(rest) = line.strip_prefix("test ")
            && let Some((name, result)) = rest.split_once(" ... ")
        {
            let status = match result.trim() {
                "ok" => TestStatus::Passed,
                "FAILED" => TestStatus::Failed,
                result if result.starts_with("ignored") => TestStatus::Skipped,
                _ => TestStatus::NotRun,
            };
            let name = name.trim_end_matches(" - should panic").to_owned();
            tests.push(Test { name, status, message: String::new(), expectation: None, other_platform: false });
        } else if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            block = tests.iter().position(|test| test.name == name);
        } else if line == "failures:" || line.starts_with("test result: ") {
            complete |= line.starts_with("test result: ");
            block = None;
        } else if let Some(index) = block
            && !line.starts_with("note: run with")
        {
            tests[index].message.push_str(line);
            tests[index].message.push('\n');
        }
    }
    for test in &mut tests {
        tidy(test);
    }
    (tests, complete)
}

fn is_panic_location(line: &str) -> bool {
    line.starts_with("thread '") && line.contains("panicked at")
}

fn tidy(test: &mut Test) {
    if test.status == TestStatus::Failed && events::holds_unwritten_panic(&test.message) {
        test.status = TestStatus::Unwritten;
        "not written yet".clone_into(&mut test.message);
        return;
    }
    // "thread 'name' (1234) panicked at tests/x.rs:3:5:" says little to a learner; the lines after it do.
    let lines: Vec<&str> =
        test.message.lines().filter(|line| !line.trim().is_empty() && !is_panic_location(line)).collect();
    test.message = lines.join("\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\nrunning 3 tests\ntest adds ... ok\ntest wraps ... FAILED\ntest later ... FAILED\n\nfailures:\n\n\
        ---- wraps stdout ----\n\nthread 'wraps' (7) panicked at tests/a.rs:3:5:\nassertion failed: 1 == 2\n\n\
        ---- later stdout ----\n\nthread 'later' (8) panicked at src/a.rs:1:1:\nnot yet implemented: write it\n\nfailures:\n    wraps\n    later\n\n\
        test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";

    #[test]
    fn reads_results_with_their_messages() {
        let (tests, complete) = read(OUTPUT);
        let found: Vec<_> = tests.iter().map(|test| (test.name.as_str(), test.status, test.message.as_str())).collect();
        assert!(complete);
        assert_eq!(
            found,
            [
                ("adds", TestStatus::Passed, ""),
                ("wraps", TestStatus::Failed, "assertion failed: 1 == 2"),
                ("later", TestStatus::Unwritten, "not written yet"),
            ]
        );
    }

    #[test]
    fn a_run_that_breaks_off_names_the_test_it_was_in() {
        let (tests, complete) = read("running 2 tests\ntest adds ... ok\ntest loops ... ");
        assert!(!complete);
        assert_eq!(tests[1].name, "loops");
        assert_eq!(tests[1].status, TestStatus::NotRun);
    }
}
