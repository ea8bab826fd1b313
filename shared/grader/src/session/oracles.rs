//! The processes that run tests from outside: each has loaded Python, pytest, NumPy and hypothesis once, and does job
//! after job, each in a copy of itself. See `shared/python/grader/host/oracle.py`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use course_core::process::{CancellationToken, Limits, OnChunk, RunningTime, Supervised};
use course_core::{Error, Result, judging};
use serde_json::Value;

/// The interval at which a wait looks whether the user wants to stop.
const POLL: Duration = Duration::from_millis(50);

/// The end of a job.
#[derive(Debug)]
pub(crate) enum JobEnd {
    /// By itself.
    Done,
    /// It was stopped.
    TimedOut,
    /// The process died, and left this on standard error.
    Broke(String),
}

/// As many as there are jobs at a time.
#[derive(Debug)]
pub(crate) struct Oracles {
    command_line: Vec<String>,
    folder: PathBuf,
    idle: Mutex<Vec<Oracle>>,
}

impl Oracles {
    /// `command_line` starts one, in `folder`. None is started before there is a job.
    pub(crate) fn new(command_line: Vec<String>, folder: &Path) -> Self {
        Self { command_line, folder: folder.to_owned(), idle: Mutex::default() }
    }

    /// Has one of them do a job within `time`.
    pub(crate) fn run(&self, job: &Value, time: Duration) -> Result<JobEnd> {
        let oracle = self.assign(job)?;
        match oracle.wait(time)? {
            // Not asked again: an oracle that has broken off or been stopped may be in any state.
            None => Ok(JobEnd::TimedOut),
            Some(reply) if reply == *b"0\n" => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(oracle);
                Ok(JobEnd::Done)
            }
            Some(_) => Ok(JobEnd::Broke(oracle.end_and_read_stderr()?)),
        }
    }

    /// An oracle that has got this job: one that waits for it, or a new one.
    fn assign(&self, job: &Value) -> Result<Oracle> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(mut oracle) = idle() {
            // One that was killed while it waited does not take it.
            if oracle.take(job).is_ok() {
                return Ok(oracle);
            }
        }
        let mut oracle = Oracle::start(&self.command_line, &self.folder)?;
        let _ = oracle.take(job); // One that has died at its start is noticed by its silence.
        Ok(oracle)
    }
}

/// One of them. Dropping it ends it and its job.
#[derive(Debug)]
struct Oracle {
    process: Supervised,
    jobs: ChildStdin,
    replies: Receiver<Vec<u8>>,
}

impl Oracle {
    fn start(command_line: &[String], folder: &Path) -> Result<Self> {
        let (program, arguments) = command_line.split_first().ok_or_else(|| Error::new("No oracle to start."))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::piped());
        judging::isolate(&mut command);
        let (sender, replies) = channel();
        let on_reply: OnChunk = Box::new(move |chunk| {
            let _ = sender.send(chunk.to_vec()); // Nobody listens any more to one that was too late.
        });
        let mut process = Supervised::spawn(&mut command, Some(on_reply), None)
            .map_err(|error| Error::new(format!("Cannot start {program}: {error}.")).caused_by(error))?;
        let jobs =
            process.stdin().ok_or_else(|| Error::new(format!("Cannot start {program}: it has no standard input.")))?;
        Ok(Self { process, jobs, replies })
    }

    fn take(&mut self, job: &Value) -> std::io::Result<()> {
        self.jobs.write_all(format!("{job}\n").as_bytes())
    }

    /// The reply; nothing of it if the process has ended, or `None` if there was none in `time`.
    fn wait(&self, time: Duration) -> Result<Option<Vec<u8>>> {
        let mut running = RunningTime::start();
        loop {
            CancellationToken::default().check()?;
            match self.replies.recv_timeout(POLL) {
                Ok(reply) => return Ok(Some(reply)),
                Err(RecvTimeoutError::Disconnected) => return Ok(Some(Vec::new())),
                Err(RecvTimeoutError::Timeout) if running.elapsed() > time => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Ends it, and gives the text that it has written to standard error.
    fn end_and_read_stderr(self) -> Result<String> {
        let limits = Limits { time: Duration::ZERO, ..Limits::NONE };
        Ok(self.process.wait(limits, &CancellationToken::default())?.stderr)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Does what the job, a string, says in the shell's language; `reply` answers.
    fn oracles() -> Oracles {
        let script = r#"reply() { echo "$1"; }; while read -r job; do eval "$(echo "$job" | tr -d '"')"; done"#;
        Oracles::new(["/bin/sh", "-c", script].map(str::to_owned).to_vec(), Path::new("/"))
    }

    fn run(oracles: &Oracles, job: &str, time: Duration) -> JobEnd {
        oracles.run(&json!(job), time).expect("the shell starts")
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn one_process_does_many_jobs() {
        let oracles = oracles();
        assert!(matches!(run(&oracles, "n=1; reply 0", LONG), JobEnd::Done));
        assert!(matches!(run(&oracles, "[ $n = 1 ] && reply 0 || reply 1", LONG), JobEnd::Done));
    }

    #[test]
    fn one_that_broke_off_tells_why_and_is_replaced() {
        let oracles = oracles();
        for job in ["n=1; echo a word >&2; reply 7", "n=1; echo a word >&2; exit 1"] {
            let JobEnd::Broke(stderr) = run(&oracles, job, LONG) else { panic!("{job} did not break off") };
            assert_eq!(stderr, "a word\n", "{job}");
            assert!(matches!(run(&oracles, "[ -z $n ] && reply 0 || reply 1", LONG), JobEnd::Done));
        }
    }

    #[test]
    fn one_that_takes_too_long_is_stopped_and_replaced() {
        let oracles = oracles();
        assert!(matches!(run(&oracles, "n=1; sleep 600", Duration::from_millis(100)), JobEnd::TimedOut));
        assert!(matches!(run(&oracles, "[ -z $n ] && reply 0 || reply 1", LONG), JobEnd::Done));
    }

    #[test]
    fn one_that_died_while_it_waited_is_replaced() {
        let oracles = oracles();
        assert!(matches!(run(&oracles, "(sleep 0.1; kill -9 $$) & reply 0", LONG), JobEnd::Done));
        std::thread::sleep(Duration::from_secs(1));
        assert!(matches!(run(&oracles, "reply 0", LONG), JobEnd::Done));
    }
}
