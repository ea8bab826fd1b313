//! Runs Python tests for `verify`, which has hundreds of jobs. On Linux each runs in a copy of a process that has pytest,
//! NumPy and hypothesis loaded (`coursekit/fork_server.py`); elsewhere in a Python of its own, as in the loop.

use std::path::PathBuf;

use course_core::Result;
use course_core::jobs::Selection;
use course_core::process::CancellationToken;

use super::python_tests::{PythonReport, RunTests, TestJob};

/// Takes any number of jobs, several at a time.
#[derive(Debug)]
pub(crate) struct PythonRunner {
    root: PathBuf,
    examples: Option<&'static str>,
    #[cfg(target_os = "linux")]
    idle: std::sync::Mutex<Vec<fork_server::ForkServer>>,
}

impl PythonRunner {
    /// Nothing is started before there is a job. `examples` sets how many each property test tries.
    pub(crate) fn new(root: PathBuf, examples: Option<&'static str>) -> Self {
        Self {
            root,
            examples,
            #[cfg(target_os = "linux")]
            idle: std::sync::Mutex::default(),
        }
    }
}

/// A runner that runs only the test functions of these names.
pub(crate) struct NamedTests<'n> {
    pub(crate) runner: &'n PythonRunner,
    pub(crate) names: &'n [String],
}

impl RunTests for NamedTests<'_> {
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        self.runner.run_tests(&TestJob { selection: Selection::Named(self.names), ..job.clone() }, cancel)
    }
}

#[cfg(not(target_os = "linux"))]
impl RunTests for &PythonRunner {
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        super::python_tests::WarmWorker::start(&self.root, self.examples)?.run(job, cancel)
    }
}

#[cfg(target_os = "linux")]
impl RunTests for &PythonRunner {
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        use std::sync::PoisonError;

        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut server = match idle {
            Some(server) => server,
            None => fork_server::ForkServer::start(&self.root, self.examples)?,
        };
        let finished = server.run(job, cancel)?; // After an error its state is unknown, and it ends here.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(server);
        job.report(&finished)
    }
}

#[cfg(target_os = "linux")]
mod fork_server {
    use std::io::{Read as _, Write as _};
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::Path;
    use std::process::{ChildStdin, ExitStatus, Stdio};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    use course_core::process::{
        CancellationToken, ExitReason, Finished, KEPT_OUTPUT, Limits, OnChunk, Supervised, end_group, was_busy,
    };
    use course_core::{Error, Result, python};
    use serde_json::{Value, json};

    use super::super::python_tests::{TestJob, cannot_start};

    /// The time between two looks at the clock and at the output.
    const POLL: Duration = Duration::from_millis(20);

    /// One process that makes copies of itself. Dropping it ends it, and the copy at work.
    #[derive(Debug)]
    pub(super) struct ForkServer {
        _process: Supervised,
        jobs: ChildStdin,
        answers: Receiver<u8>,
        /// The copy at work. As long as the server has not told its end, nobody has reaped it.
        copy: Option<u32>,
    }

    impl ForkServer {
        pub(super) fn start(root: &Path, examples: Option<&str>) -> Result<Self> {
            let mut command = python::program(root, "fork-server");
            if let Some(examples) = examples {
                command.env("COURSE_EXAMPLES", examples);
            }
            command.stdin(Stdio::piped());
            let (sender, answers) = channel();
            let on_stdout: OnChunk = Box::new(move |chunk| {
                for byte in chunk {
                    let _ = sender.send(*byte); // Nobody listens to one that is being dropped.
                }
            });
            let mut process = Supervised::spawn(&mut command, Some(on_stdout), None)
                .map_err(|error| cannot_start(root, &error.to_string()).caused_by(error))?;
            let jobs = process.stdin().ok_or_else(|| cannot_start(root, "it has no standard input"))?;
            Ok(Self { _process: process, jobs, answers, copy: None })
        }

        /// Does a job within its limits.
        pub(super) fn run(&mut self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<Finished> {
            let outputs = ["stdout", "stderr"].map(|name| job.folder.join(format!("{name}.txt")));
            let mut order = job.order();
            for (name, path) in ["stdout", "stderr"].iter().zip(&outputs) {
                order[*name] = json!(path);
            }
            let limits = job.limits();
            let broke = || Error::new("The process that runs Python tests has ended by itself.");
            self.jobs.write_all(format!("{order}\n").as_bytes()).map_err(|error| broke().caused_by(error))?;
            // The server may still be loading: the job's time begins with the copy.
            let pid = self.answer("pid", Duration::MAX, &[], Limits::NONE, cancel)?;
            let Answer::Value(pid) = pid else { return Err(broke()) };
            let pid = u32::try_from(pid).map_err(|error| broke().caused_by(error))?;
            self.copy = Some(pid);
            let mut exit = None;
            let answer = self.answer("status", limits.time, &outputs, limits, cancel)?;
            let status = match answer {
                Answer::Value(status) => status,
                early => {
                    exit = Some(match early {
                        Answer::TooMuchOutput => ExitReason::TooMuchOutput,
                        _ => ExitReason::TimedOut { busy: was_busy(pid, limits.time) },
                    });
                    end_group(pid);
                    match self.answer("status", Duration::MAX, &[], Limits::NONE, cancel)? {
                        Answer::Value(status) => status,
                        _ => return Err(broke()),
                    }
                }
            };
            self.copy = None;
            let status = i32::try_from(status).map_err(|error| broke().caused_by(error))?;
            let [stdout, stderr] = outputs.each_ref().map(|path| beginning(path));
            Ok(Finished { exit: exit.unwrap_or(ExitReason::Exited(ExitStatus::from_raw(status))), stdout, stderr })
        }

        /// The number that the server answers under this name.
        fn answer(
            &self,
            name: &str,
            time: Duration,
            outputs: &[std::path::PathBuf],
            limits: Limits,
            cancel: &CancellationToken,
        ) -> Result<Answer> {
            let started = Instant::now();
            let mut line = Vec::new();
            loop {
                cancel.check()?; // Dropping the server ends the copy too.
                match self.answers.recv_timeout(POLL) {
                    Ok(b'\n') => {
                        let answer: Value = serde_json::from_slice(&line).unwrap_or_default();
                        return answer[name].as_i64().map(Answer::Value).ok_or_else(|| {
                            Error::new(format!(
                                "The process that runs Python tests said: {}",
                                String::from_utf8_lossy(&line)
                            ))
                        });
                    }
                    Ok(byte) => line.push(byte),
                    Err(RecvTimeoutError::Disconnected) => {
                        return Err(Error::new("The process that runs Python tests has ended by itself."));
                    }
                    Err(RecvTimeoutError::Timeout) if started.elapsed() > time => return Ok(Answer::TooLate),
                    Err(RecvTimeoutError::Timeout) => {
                        let printed: u64 = outputs
                            .iter()
                            .filter_map(|path| std::fs::metadata(path).ok())
                            .map(|about| about.len())
                            .sum();
                        if usize::try_from(printed).unwrap_or(usize::MAX) > limits.output {
                            return Ok(Answer::TooMuchOutput);
                        }
                    }
                }
            }
        }
    }

    impl Drop for ForkServer {
        fn drop(&mut self) {
            if let Some(pid) = self.copy.take() {
                end_group(pid);
            }
        }
    }

    enum Answer {
        Value(i64),
        TooLate,
        TooMuchOutput,
    }

    /// As much of a file as is kept of any output.
    fn beginning(path: &Path) -> String {
        let mut bytes = Vec::new();
        if let Ok(file) = std::fs::File::open(path) {
            let _ = file.take(KEPT_OUTPUT as u64).read_to_end(&mut bytes); // If reading fails, the part that was read is enough.
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
