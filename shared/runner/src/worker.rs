//! The Python process that runs an exercise's tests: one for each check, started before cargo so that it is warm in time.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::catalogue::Place;
use crate::compile;
use crate::fault::{Fault, Outcome};
use crate::process::{Cancel, End, Finished, Limits, Supervised};
use crate::python;
use crate::verdict::{Expectation, Judge, Test, TestStatus};

/// Output beyond this is taken for endless.
const MOST_OUTPUT: usize = 32 << 20;

/// A Python with pytest, NumPy and hypothesis loaded, waiting for its one job.
#[derive(Debug)]
pub(crate) struct WarmWorker(Supervised);

/// What came out of the tests.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) judge: Option<Judge>,
    pub(crate) tests: Vec<Test>,
    /// Why the tests broke off, or empty.
    pub(crate) explanation: String,
    pub(crate) printed: String,
}

/// What a worker is to do.
#[derive(Debug, Clone)]
pub(crate) struct Job<'j> {
    pub(crate) root: &'j Path,
    /// The Python module under test.
    pub(crate) package: &'j str,
    /// The folder with the extension under test; events are written there too.
    pub(crate) folder: &'j Path,
    pub(crate) tests: Vec<PathBuf>,
    pub(crate) time_limit: Duration,
}

/// The test files of an exercise.
pub(crate) fn test_files(place: Place<'_>) -> impl Iterator<Item = PathBuf> + '_ {
    place.exercise.tests.iter().map(move |test| place.module.folder.join(test))
}

impl WarmWorker {
    /// Starts Python; it loads while the caller goes on. `examples` sets how many each property test tries.
    pub(crate) fn start(root: &Path, examples: Option<&str>) -> Outcome<Self> {
        let mut command = python::kit(root, "worker");
        if let Some(examples) = examples {
            command.env("COURSE_EXAMPLES", examples);
        }
        command.stdin(Stdio::piped());
        Supervised::spawn(&mut command, None, None).map(Self).map_err(|error| {
            Fault::new(format!("Cannot start {}: {error}.", python::environment_python(root).display()))
                .mend("Run `cargo course setup`; if that does not help, delete the folder .venv first.")
        })
    }

    /// Gives the worker its job and waits for the end, whatever it is.
    pub(crate) fn run(mut self, job: &Job<'_>, cancel: &Cancel) -> Outcome<Report> {
        let events = job.folder.join("events.jsonl");
        let order = json!({
            "module": job.package, "directory": job.folder, "tests": job.tests, "events": events, "root": job.root,
        });
        if let Some(mut stdin) = self.0.stdin() {
            // A worker that died at its start is noticed below, by what it did not write.
            let _ = writeln!(stdin, "{order}");
        }
        let finished = self.0.wait(Limits { time: job.time_limit, output: MOST_OUTPUT }, cancel)?;
        let events = std::fs::read_to_string(&events).unwrap_or_default();
        let report = read_report(&events, &finished, job.time_limit);
        // Before its first event nothing of the exercise is loaded: whatever happened is not the learner's doing.
        if report.judge.is_none() && matches!(finished.end, End::Exited(_)) {
            return Err(Fault::new(format!(
                "Python did not start. It said:\n{}",
                compile::last_lines(&format!("{}\n{}", finished.stdout, finished.stderr), 6)
            ))
            .mend("Delete the folder .venv, then run `cargo course setup`."));
        }
        Ok(report)
    }
}

fn read_report(events: &str, finished: &Finished, time_limit: Duration) -> Report {
    let mut reader = EventReader::default();
    for event in events.lines().filter_map(|line| serde_json::from_str(line).ok()) {
        reader.read(&event);
    }
    let EventReader { mut report, running, done, .. } = reader;
    report.printed = printed(finished);
    if !done {
        let end = broken_off(finished, time_limit);
        match &running {
            // An exercise that is not written yet may abort the process: a panic cannot leave an `extern "C"` function.
            Some(name) if finished.stderr.contains("not yet implemented") => {
                report.set(name, TestStatus::Todo, "not written yet");
            }
            Some(name) => {
                report.set(name, TestStatus::Error, &end);
                report.explanation = format!("In {name}: {end}");
            }
            None if report.judge.is_none() => report.explanation = format!("Python did not start: {end}"),
            None => report.explanation = format!("While the extension was loaded: {end}"),
        }
    }
    report
}

/// Follows the worker's events.
#[derive(Debug, Default)]
struct EventReader {
    report: Report,
    running: Option<String>,
    done: bool,
}

impl EventReader {
    fn read(&mut self, event: &Value) {
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        match event["event"].as_str() {
            Some("python") => self.report.judge = Some(Judge { path: text("executable"), version: text("version") }),
            Some("collected") => {
                for name in event["tests"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    self.report.set(name, TestStatus::NotRun, "not run: the tests broke off before it");
                }
            }
            Some("start") => self.running = Some(text("test")),
            Some("result") => {
                let status = match event["status"].as_str() {
                    Some("passed") => TestStatus::Passed,
                    Some("failed") => TestStatus::Failed,
                    Some("todo") => TestStatus::Todo,
                    Some("skipped") => TestStatus::Skipped,
                    _ => TestStatus::Error,
                };
                let test = self.report.set(&text("test"), status, &text("message"));
                test.expectation = event["call"].as_str().map(|call| Expectation {
                    call: call.to_owned(),
                    got: text("got"),
                    expected: text("expected"),
                    cause: text("cause"),
                });
                self.running = None;
            }
            Some("import_failed") => {
                self.report.explanation = format!("Python cannot import the extension.\n{}", text("message"));
            }
            Some("done") => self.done = true,
            _ => {}
        }
    }
}

impl Report {
    /// Records a test's latest state; a failure in its tear-down overrules its pass.
    fn set(&mut self, name: &str, status: TestStatus, message: &str) -> &mut Test {
        let index = self.tests.iter().position(|test| test.name == name).unwrap_or_else(|| {
            self.tests.push(Test { name: name.to_owned(), status, message: String::new(), expectation: None });
            self.tests.len() - 1
        });
        let test = &mut self.tests[index];
        test.status = status;
        message.clone_into(&mut test.message);
        test
    }
}

/// How the process came to its end, in words for somebody who has never seen it.
pub(crate) fn broken_off(finished: &Finished, time_limit: Duration) -> String {
    let seconds = time_limit.as_secs();
    match finished.end {
        End::TimedOut { busy: Some(true) } => {
            format!("stopped after {seconds} s, still computing. Most likely a loop that never ends.")
        }
        End::TimedOut { busy: Some(false) } => format!(
            "stopped after {seconds} s, waiting and not computing. Most likely a deadlock: a lock taken twice, or a thread \
             that waits for the interpreter while you wait for the thread."
        ),
        End::TimedOut { busy: None } => {
            format!(
                "stopped after {seconds} s. Most likely a loop that never ends, or two locks that wait for each other."
            )
        }
        End::TooMuchOutput => {
            format!("stopped after {} MiB of output. Most likely a loop that prints for ever.", MOST_OUTPUT >> 20)
        }
        End::Exited(status) => explain_exit(status, &finished.stderr),
    }
}

#[cfg(unix)]
fn explain_exit(status: std::process::ExitStatus, stderr: &str) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    // From signal(7); the numbers below 16 are the same on Linux and macOS, but for SIGBUS.
    match status.signal() {
        Some(11 | 7 | 10) => "the process died of a segmentation fault. In safe Rust the usual cause is a stack overflow: a function that \
                         calls itself without end. In unsafe code: a pointer to memory that is not yours."
            .to_owned(),
        Some(6) if stderr.contains("has overflowed its stack") => {
            "the stack overflowed: a function that calls itself without end.".to_owned()
        }
        Some(6) => {
            let panic = panic_in(stderr).map(|panic| format!(" It had panicked {panic}.")).unwrap_or_default();
            format!("the process aborted.{panic} A panic inside `extern \"C\"`, a panic during a panic, or `process::abort` does that.")
        }
        Some(9) => "the process was killed from outside. Most likely the machine ran out of memory.".to_owned(),
        Some(signal) => format!("the process died of signal {signal}."),
        None => explain_code(status),
    }
}

/// `at src/x.rs:3:5: the message`, from what Rust prints about the first panic.
#[cfg(unix)]
fn panic_in(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines().skip_while(|line| !line.contains(" panicked at "));
    let (_, place) = lines.next()?.split_once(" panicked ")?;
    Some(format!("{place} {}", lines.next().unwrap_or_default().trim()).trim_end_matches(['.', ' ', ':']).to_owned())
}

#[cfg(windows)]
fn explain_exit(status: std::process::ExitStatus, _stderr: &str) -> String {
    match status.code().map(i32::cast_unsigned) {
        Some(0xC000_0005) => {
            "the process died of an access violation: a pointer to memory that is not yours.".to_owned()
        }
        Some(0xC000_00FD) => {
            "the process died of a stack overflow: a function that calls itself without end.".to_owned()
        }
        Some(0xC000_0409) => {
            "the process aborted. A panic inside `extern \"C\"` or `process::abort` does that.".to_owned()
        }
        _ => explain_code(status),
    }
}

fn explain_code(status: std::process::ExitStatus) -> String {
    match status.code() {
        Some(code) => format!(
            "the process ended itself with exit code {code}, in the middle of the tests. An extension must never call `process::exit`."
        ),
        None => "the process ended without an exit code.".to_owned(),
    }
}

/// What the learner's own `println!` and Python's `print` left, and panics: the end of it, no line twice.
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
        let unwritten = line.starts_with(NOT_WRITTEN)
            || (line.contains(" panicked at ")
                && lines.get(index + 1).is_some_and(|next| next.starts_with(NOT_WRITTEN)));
        if !unwritten && !kept.contains(line) {
            kept.push(line);
        }
    }
    kept[kept.len().saturating_sub(12)..].iter().map(|line| tame(line)).collect::<Vec<_>>().join("\n")
}

/// How the panic of unwritten code begins.
const NOT_WRITTEN: &str = "not yet implemented";

/// A line without what would move the cursor or change colours, cut to a length that a screen can hold.
fn tame(line: &str) -> String {
    const LONGEST: usize = 200;
    let mut tame: String = line.chars().filter(|each| !each.is_control() || *each == '\t').take(LONGEST).collect();
    if line.chars().nth(LONGEST).is_some() {
        tame.push('…');
    }
    tame
}
