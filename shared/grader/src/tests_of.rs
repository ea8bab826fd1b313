//! Runs the tests of one exercise on a built extension: from outside through the oracle, and, for what only shows there,
//! inside the jail.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use course::catalogue::{Exercise, Module};
use course::fault::{Fault, Outcome};
use course::files;
use course::process::{Cancel, End, Limits, Supervised};
use serde_json::{Value, json};

use crate::grade::Status;
use crate::jail::{Jail, Permit};
use crate::oracles::Ended;
use crate::workshop::Workshop;

/// How one test ended, as the run tells it. Whether that counts is the manifest's to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ran {
    /// How it ended.
    pub(crate) status: Status,
    /// Its own time.
    pub(crate) seconds: f64,
    /// What went wrong.
    pub(crate) message: String,
}

/// The results by test name, and why there may be fewer than expected.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// By name. A name that came twice is "not run": nobody knows which result is the true one.
    pub(crate) tests: BTreeMap<String, Ran>,
    /// In the order in which they were collected.
    pub(crate) order: Vec<String>,
    /// Why the run broke off, or empty.
    pub(crate) broken: String,
}

impl Run {
    /// How a test ended that should have run.
    pub(crate) fn result(&self, name: &str) -> Ran {
        let never = || Ran { status: Status::NotRun, seconds: 0.0, message: self.broken.clone() };
        self.tests.get(name).cloned().unwrap_or_else(never)
    }

    /// Whether it broke off before any test passed.
    pub(crate) fn has_come_to_nothing(&self) -> bool {
        !self.broken.is_empty() && self.tests.values().all(|ran| ran.status != Status::Passed)
    }
}

/// A built extension and where its tests may work.
#[derive(Debug)]
pub(crate) struct Bench<'b> {
    /// What all gradings share.
    pub(crate) workshop: &'b Workshop,
    /// The jail, counting this submission's processes.
    pub(crate) jail: &'b Jail,
    /// The folder with the extension, under the name that Python imports.
    pub(crate) extension: &'b Path,
    /// An empty folder of this run.
    pub(crate) scratch: &'b Path,
    /// What inputs are drawn from.
    pub(crate) seed: u64,
}

/// The time for all tests of an exercise, as a multiple of the limit for one.
const BUDGET: u32 = 3;

/// On top of the budget, for starting and ending.
const GRACE: Duration = Duration::from_secs(30);

impl Bench<'_> {
    /// Tests that ask from outside.
    pub(crate) fn run_outside(&self, module: &Module, exercise: &Exercise, tests: &[PathBuf]) -> Outcome<Run> {
        let events = self.scratch.join("events.jsonl");
        let shared = self.scratch.join("shared");
        files::make_folder(&shared)?;
        let mut permit = self.workshop.permit();
        permit.read.extend([self.extension.to_owned(), shared.clone()]);
        permit.network = talk_to_a_server(tests)?;
        let mut servant = self.jail.words(&permit);
        servant.extend(self.workshop.kit("servant"));
        let limit = exercise.time_limit.as_secs();
        let job = json!({
            "module": module.package,
            "directory": self.extension,
            "tests": tests,
            "declared": declared_classes(module)?,
            "servant": servant,
            "scratch": shared,
            "seed": self.seed,
            "time_limit": limit,
            "budget": limit * u64::from(BUDGET),
            "events": events,
            "root": self.workshop.course.root,
        });
        let time = exercise.time_limit * BUDGET + GRACE;
        let attempt = || -> Outcome<(Ended, Events)> {
            let _ = std::fs::remove_file(&events); // Another run's must not be taken for this one's.
            let ended = self.workshop.oracles.run(&job, time)?;
            Ok((ended, read_events(&read_at_most(&events, 64 << 20))))
        };
        let (mut ended, mut run) = attempt()?;
        if !run.done && matches!(ended, Ended::Broke(_)) {
            // The tests themselves died, not the submission. Perhaps this machine was short of memory for a moment.
            (ended, run) = attempt()?;
        }
        if run.started {
            let broken = match ended {
                _ if run.done => run.run.broken.clone(),
                Ended::TimedOut => "the tests were stopped: what the submission answered kept them busy".to_owned(),
                _ => "the tests broke off".to_owned(),
            };
            return Ok(Run { broken, ..run.run });
        }
        let words = if let Ended::Broke(words) = ended { words } else { String::new() };
        Err(Fault::new(format!("The oracle did not start:\n{words}"))
            .mend("`cargo course doctor` says what is missing; `cargo course setup` makes the course's Python anew."))
    }

    /// Tests that run in one process with the submission. What they say can be forged.
    pub(crate) fn run_inside(
        &self,
        module: &Module,
        exercise: &Exercise,
        tests: &[PathBuf],
        marker: &str,
    ) -> Outcome<Run> {
        let own = self.scratch.join("inside");
        files::make_folder(&own)?;
        open_to_all(&own)?;
        let root = &self.workshop.course.root;
        let mut permit = Permit { ..self.workshop.permit_for_processes() };
        permit.read.extend([self.extension.to_owned(), root.join("Cargo.toml"), root.join("pyproject.toml")]);
        permit.read.extend(["tests", "data", "Cargo.toml"].map(|part| module.folder.join(part)));
        permit.read.extend(tests.iter().cloned());
        permit.scratch.push(own.clone());
        let job = json!({
            "module": module.package,
            "directory": self.extension,
            "tests": tests,
            // Not a file: a submission could make a pipe of it that nobody writes to, or a link.
            "events": "stderr",
            // pytest lists every folder from here down to the tests.
            "root": tests.first().and_then(|test| test.parent()).unwrap_or(root),
            "marker": marker,
        });
        let mut words = self.jail.words(&permit);
        words.extend(self.workshop.kit("worker"));
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).env_clear().env("TMPDIR", &own).env("HOME", &own).env("PATH", "/usr/bin:/bin");
        let finished = run_job(&mut command, &job, exercise.time_limit * BUDGET)?;
        let run = read_events(&finished.stderr);
        let broken = match finished.end {
            _ if run.done => run.run.broken.clone(),
            End::TimedOut { .. } => "stopped: it took too long".to_owned(),
            _ => "the process with the submission ended in the middle of the tests".to_owned(),
        };
        Ok(Run { broken, ..run.run })
    }
}

#[cfg(unix)]
fn open_to_all(folder: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777))
        .map_err(|error| Fault::file("open up", folder, &error))
}

/// Whether the submission needs sockets: its tests have a server for it to talk to, in the jail's own network.
pub(crate) fn talk_to_a_server(tests: &[PathBuf]) -> Outcome<bool> {
    for test in tests {
        if files::read(test)?.contains("coursekit.http_server") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn run_job(command: &mut Command, job: &Value, time: Duration) -> Outcome<course::process::Finished> {
    command.stdin(Stdio::piped());
    let mut child = Supervised::spawn(command, None, None)
        .map_err(|error| Fault::new(format!("Cannot start {}: {error}.", command.get_program().to_string_lossy())))?;
    if let Some(mut stdin) = child.stdin() {
        // A child that has died at once is seen below.
        let _ = stdin.write_all(format!("{job}\n").as_bytes());
    }
    child.wait(Limits { time, output: 64 << 20 }, &Cancel::default())
}

/// The classes that the course's own type stub names.
fn declared_classes(module: &Module) -> Outcome<Vec<String>> {
    let stub = files::read(&module.solution_folder.join(format!("{}.pyi", module.package)))?;
    let names = stub.lines().filter_map(|line| line.strip_prefix("class "));
    Ok(names.map(|rest| rest.chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect()).collect())
}

#[derive(Debug, Default)]
struct Events {
    run: Run,
    started: bool,
    done: bool,
}

/// Reads what happened. Lines of any other form are passed over: inside the jail, anybody may write them.
fn read_events(text: &str) -> Events {
    let mut events = Events::default();
    for event in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        match event["event"].as_str() {
            Some("python") => events.started = true,
            Some("done") => events.done = true,
            Some("collected") => {
                let names = event["tests"].as_array().into_iter().flatten();
                events.run.order = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
            }
            Some("result") => add_result(&event, &mut events.run),
            Some("import_failed" | "internal_error") => {
                events.run.broken = event["message"].as_str().unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    // A file that cannot be collected has a result under its own name, and its tests have none: it says why.
    if let Some((_, ran)) = events.run.tests.iter().find(|_| events.run.order.is_empty()) {
        events.run.broken.clone_from(&ran.message);
    }
    events
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

fn add_result(event: &Value, run: &mut Run) {
    let Some(name) = event["test"].as_str() else { return };
    let status = match event["status"].as_str().unwrap_or_default() {
        "todo" => Status::Failed,
        name => Status::from_name(name).unwrap_or(Status::Error),
    };
    let mut message = event["message"].as_str().unwrap_or_default().to_owned();
    if let Some(printed) = event["printed"].as_str() {
        message.push_str("\nprinted meanwhile:\n");
        message.push_str(printed);
    }
    let seconds = event["seconds"].as_f64().filter(|seconds| seconds.is_finite()).unwrap_or(0.0).max(0.0);
    let ran = Ran { status, seconds, message };
    run.tests
        .entry(name.to_owned())
        .and_modify(|earlier| {
            earlier.status = Status::NotRun;
            "two results of one test".clone_into(&mut earlier.message);
        })
        .or_insert(ran);
}
