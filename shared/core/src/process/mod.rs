//! Child processes that cannot harm the runner: bounded in time and output, ended with all their descendants.

#[cfg(target_os = "linux")]
mod linux;
mod running_time;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
mod windows_job;

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

#[cfg(target_os = "linux")]
pub use linux::was_busy;
pub use running_time::RunningTime;
#[cfg(unix)]
use unix as platform;
#[cfg(unix)]
pub use unix::end_group;
#[cfg(windows)]
use windows as platform;

/// Set by Ctrl-C, SIGTERM and SIGHUP; every wait looks at it.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Bytes that are kept of each output stream of a child; the rest is counted and dropped.
pub const KEPT_OUTPUT: usize = 1 << 20;

/// The time between two looks whether the child has ended.
const POLL: Duration = Duration::from_millis(2);

/// Makes the first Ctrl-C end the running work in order, and the second one end the program at once.
pub fn install_interrupt_handler() -> io::Result<()> {
    for signal in platform::INTERRUPTS {
        // In this order: the first signal finds the flag unset and sets it, the second finds it set.
        signal_hook::flag::register_conditional_shutdown(*signal, 130, Arc::clone(&INTERRUPTED))?;
        signal_hook::flag::register(*signal, Arc::clone(&INTERRUPTED))?;
    }
    Ok(())
}

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Tells work under way that its result is no longer wanted, as when a newer save makes a check pointless.
#[derive(Debug, Clone, Default)]
pub struct CancellationToken {
    own: Arc<AtomicU8>,
    parent: Option<Arc<AtomicU8>>,
}

/// The states of a token, in the order in which they follow each other.
const CANCELLED: u8 = 1;
const ABANDONED: u8 = 2;

impl CancellationToken {
    /// Makes every wait that looks at this come to an end. Work that would have to be done again, such as building a
    /// dependency, may be completed first.
    pub fn cancel(&self) {
        self.own.fetch_max(CANCELLED, Ordering::Relaxed);
    }

    /// Makes every wait that looks at this come to an end at once.
    pub fn abandon(&self) {
        self.own.fetch_max(ABANDONED, Ordering::Relaxed);
    }

    /// A token for a part of the work: it is cancelled with this one, and can be cancelled by itself.
    #[must_use]
    pub fn child_token(&self) -> Self {
        Self { own: Arc::default(), parent: Some(Arc::clone(&self.own)) }
    }

    /// Whether the work must end at once: it was abandoned, or the user asked to stop.
    #[must_use]
    fn is_abandoned(&self) -> bool {
        interrupted() || self.state() == ABANDONED
    }

    fn state(&self) -> u8 {
        self.parent.iter().chain([&self.own]).map(|state| state.load(Ordering::Relaxed)).max().unwrap_or_default()
    }

    /// An error if the work should stop now.
    pub fn check(&self) -> Result<()> {
        if interrupted() {
            Err(Error::interrupted())
        } else if self.state() >= CANCELLED {
            Err(Error::cancelled())
        } else {
            Ok(())
        }
    }
}

/// The time and the output that a child may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From start to end.
    pub time: Duration,
    /// Bytes on standard output and error together.
    pub output: usize,
}

impl Limits {
    /// For cargo and the course's own tools, which end by themselves.
    pub const NONE: Self = Self { time: Duration::MAX, output: usize::MAX };
}

/// The ways in which a child can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// By itself, or by a signal.
    Exited(ExitStatus),
    /// Over the time limit, and ended. `busy` says whether it had used the processor (known on Linux).
    TimedOut {
        /// Whether it had used the processor.
        busy: Option<bool>,
    },
    /// Over the limit, and ended.
    TooMuchOutput,
}

/// The processors that this program may use.
#[must_use]
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl ExitReason {
    /// Whether it ended by itself and well.
    pub fn success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }

    /// Whether it was ended over the time limit and is known to have done nothing but wait.
    pub fn was_waiting(self) -> bool {
        matches!(self, Self::TimedOut { busy: Some(false) })
    }
}

/// A child that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The way in which it ended.
    pub exit: ExitReason,
    /// Its standard output, up to a limit.
    pub stdout: String,
    /// Its standard error, up to a limit.
    pub stderr: String,
}

impl Finished {
    /// An explanation of its end, for somebody who has never seen one. `limits` are those it ran under.
    #[must_use]
    pub fn describe_exit(&self, limits: Limits) -> String {
        let seconds = limits.time.as_secs();
        match self.exit {
            ExitReason::TimedOut { busy: Some(true) } => {
                format!("stopped after {seconds} s, still computing. Most likely a loop that never ends.")
            }
            ExitReason::TimedOut { busy: Some(false) } => format!(
                "stopped after {seconds} s, waiting and not computing. Most likely a deadlock: a lock taken twice, or a thread \
                 that waits for the interpreter while you wait for the thread. Or it waits for something that never comes: an \
                 answer without a time limit, a message that nobody sends, one request after another."
            ),
            ExitReason::TimedOut { busy: None } => format!(
                "stopped after {seconds} s. Most likely a loop that never ends, two locks that wait for each other, or \
                 something that never comes."
            ),
            ExitReason::TooMuchOutput => {
                format!("stopped after {} MiB of output. Most likely a loop that prints for ever.", limits.output >> 20)
            }
            ExitReason::Exited(status) => platform::explain_exit(status, &self.stderr),
        }
    }
}

/// The meaning of an exit status without a signal in the middle of a test run.
fn explain_exit_code(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!(
            "the process ended itself with exit code {code}, in the middle of the tests. An extension must never call `process::exit`."
        ),
        None => "the process ended without an exit code.".to_owned(),
    }
}

/// Whether the text holds Rust's last words before it aborts for want of memory.
fn out_of_memory(stderr: &str) -> bool {
    stderr.lines().any(|line| line.starts_with("memory allocation of ") && line.trim_end().ends_with(" bytes failed"))
}

const OUT_OF_MEMORY: &str = "the process aborted because there was no memory left. Most likely a size that comes from the caller, \
                             such as `Vec::with_capacity(n)`, or a loop that collects without end. `try_reserve` gives an error \
                             instead.";

/// Whether a process computes or waits: known on Linux only.
#[cfg(not(target_os = "linux"))]
pub fn was_busy(_pid: u32, _time: Duration) -> Option<bool> {
    None
}

/// One of the child's output streams: the first part kept, the rest counted.
#[derive(Debug, Default)]
struct Captured {
    kept: Vec<u8>,
    total: usize,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees a stream's bytes as they come.
pub type OnChunk = Box<dyn FnMut(&[u8]) + Send>;

/// A running child in a process group of its own. Dropping it ends the whole group.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    group: platform::Group,
    streams: [Arc<Mutex<Captured>>; 2],
    readers: Vec<JoinHandle<()>>,
    ended: bool,
}

impl Supervised {
    /// Starts the command with its output captured. `on_stdout` and `on_stderr` see each stream as it comes.
    pub fn spawn(command: &mut Command, on_stdout: Option<OnChunk>, on_stderr: Option<OnChunk>) -> io::Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        platform::start_group(command);
        let mut child = command.spawn()?;
        let group = platform::Group::of(&child);
        let streams: [Arc<Mutex<Captured>>; 2] = Default::default();
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(read_all(stdout, Arc::clone(&streams[0]), on_stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(read_all(stderr, Arc::clone(&streams[1]), on_stderr));
        }
        Ok(Self { child, group, streams, readers, ended: false })
    }

    /// The child's standard input, where it was asked for.
    pub fn stdin(&mut self) -> Option<std::process::ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for the end, at most as long as allowed.
    pub fn wait(self, limits: Limits, cancel: &CancellationToken) -> Result<Finished> {
        self.wait_unless(limits, cancel, || false)
    }

    /// As [`Self::wait`], but a child that is cancelled and not abandoned goes on as long as `must_go_on` says so.
    pub(crate) fn wait_unless(
        mut self,
        limits: Limits,
        cancel: &CancellationToken,
        must_go_on: impl Fn() -> bool,
    ) -> Result<Finished> {
        let mut running = RunningTime::start();
        let exit = loop {
            if let Err(error) = cancel.check()
                && (cancel.is_abandoned() || !must_go_on())
            {
                return Err(error); // Dropping `self` ends the child.
            }
            let status = self
                .child
                .try_wait()
                .map_err(|error| Error::new(format!("Cannot wait for a child process: {error}.")).caused_by(error))?;
            if let Some(status) = status {
                break ExitReason::Exited(status);
            }
            if running.elapsed() > limits.time {
                break ExitReason::TimedOut { busy: was_busy(self.child.id(), limits.time) };
            }
            if self.streams.iter().map(|stream| locked(stream).total).sum::<usize>() > limits.output {
                break ExitReason::TooMuchOutput;
            }
            std::thread::sleep(POLL);
        };
        self.end_group();
        self.drain();
        let [stdout, stderr] =
            self.streams.each_ref().map(|stream| String::from_utf8_lossy(&locked(stream).kept).into_owned());
        Ok(Finished { exit, stdout, stderr })
    }

    /// Lets the reader threads take what is still in the pipes. This waits for a second at most, because a descendant
    /// that left the group may keep a pipe open for ever.
    fn drain(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline && !self.readers.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(POLL);
        }
    }

    fn end_group(&mut self) {
        if !self.ended {
            self.group.end(&mut self.child);
            let _ = self.child.wait(); // Reaps it; an error means it is gone already.
            self.ended = true;
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.end_group();
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command, limits: Limits, cancel: &CancellationToken) -> Result<Finished> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null());
    Supervised::spawn(command, None, None)
        .map_err(|error| {
            Error::new(format!("Cannot start `{program}`: {error}."))
                .caused_by(error)
                .advice("`cargo course doctor` says what is missing.")
        })?
        .wait(limits, cancel)
}

fn read_all(
    mut stream: impl Read + Send + 'static,
    captured: Arc<Mutex<Captured>>,
    mut on_chunk: Option<OnChunk>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 16];
        while let Ok(length) = stream.read(&mut buffer) {
            if length == 0 {
                return;
            }
            if let Some(on_chunk) = &mut on_chunk {
                on_chunk(&buffer[..length]);
            }
            let mut captured = locked(&captured);
            captured.total += length;
            let left = KEPT_OUTPUT.saturating_sub(captured.kept.len());
            captured.kept.extend_from_slice(&buffer[..length.min(left)]);
        }
    })
}
