//! Child processes that cannot harm the runner: bounded in time and output, ended with all their descendants.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::fault::{Fault, Outcome};

/// Set by Ctrl-C, SIGTERM and SIGHUP; every wait looks at it.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How much of a child's output is kept; the rest is counted and dropped.
const KEPT_OUTPUT: usize = 1 << 20;

/// How often a wait looks whether the child has ended.
const POLL: Duration = Duration::from_millis(2);

/// Makes Ctrl-C end what is under way in order, and a second Ctrl-C end the runner at once.
pub fn install_interrupt_handler() -> io::Result<()> {
    for signal in interrupt_signals() {
        // In this order: the first signal finds the flag unset and sets it, the second finds it set.
        signal_hook::flag::register_conditional_shutdown(*signal, 130, Arc::clone(&INTERRUPTED))?;
        signal_hook::flag::register(*signal, Arc::clone(&INTERRUPTED))?;
    }
    Ok(())
}

#[cfg(unix)]
fn interrupt_signals() -> &'static [i32] {
    &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
}

#[cfg(not(unix))]
fn interrupt_signals() -> &'static [i32] {
    &[signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM]
}

/// Whether the user asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Tells a check that a newer save has made it stale.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    own: Arc<AtomicBool>,
    parent: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// Makes every wait that looks at this come to an end.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// One for a part of the work: it ends with the whole, and can be ended by itself.
    pub fn of_a_part(&self) -> Self {
        Self { own: Arc::default(), parent: Some(Arc::clone(&self.own)) }
    }

    /// A fault if the work should stop now.
    pub fn check(&self) -> Outcome<()> {
        if interrupted() {
            Err(Fault::interrupted())
        } else if self.parent.iter().chain([&self.own]).any(|flag| flag.load(Ordering::Relaxed)) {
            Err(Fault::stale())
        } else {
            Ok(())
        }
    }
}

/// What a child may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From start to end.
    pub time: Duration,
    /// Bytes on standard output and error together.
    pub output: usize,
}

impl Limits {
    /// For tools of ours and cargo, which end by themselves.
    pub const NONE: Self = Self { time: Duration::MAX, output: usize::MAX };
}

/// How a child came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
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

impl End {
    /// Whether it ended by itself and well.
    pub fn success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }
}

/// A child that has ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What it printed, up to a limit.
    pub stdout: String,
    /// Likewise.
    pub stderr: String,
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
    streams: [Arc<Mutex<Captured>>; 2],
    readers: Vec<JoinHandle<()>>,
    ended: bool,
}

impl Supervised {
    /// Starts the command with its output captured. `on_chunk` sees standard error as it comes (for progress).
    pub fn spawn(command: &mut Command, on_stdout: Option<OnChunk>, on_stderr: Option<OnChunk>) -> io::Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        own_group(command);
        let mut child = command.spawn()?;
        let streams: [Arc<Mutex<Captured>>; 2] = Default::default();
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(read_all(stdout, Arc::clone(&streams[0]), on_stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(read_all(stderr, Arc::clone(&streams[1]), on_stderr));
        }
        Ok(Self { child, streams, readers, ended: false })
    }

    /// The child's standard input, where it was asked for.
    pub fn stdin(&mut self) -> Option<std::process::ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for the end, at most as long as allowed.
    pub fn wait(mut self, limits: Limits, cancel: &Cancel) -> Outcome<Finished> {
        let started = Instant::now();
        let end = loop {
            cancel.check()?; // Dropping `self` ends the child.
            let status = self
                .child
                .try_wait()
                .map_err(|error| Fault::new(format!("Cannot wait for a child process: {error}.")))?;
            if let Some(status) = status {
                break End::Exited(status);
            }
            if started.elapsed() > limits.time {
                break End::TimedOut { busy: was_busy(self.child.id(), limits.time) };
            }
            if self.streams.iter().map(|stream| locked(stream).total).sum::<usize>() > limits.output {
                break End::TooMuchOutput;
            }
            std::thread::sleep(POLL);
        };
        self.end_group();
        self.drain();
        let [stdout, stderr] =
            self.streams.each_ref().map(|stream| String::from_utf8_lossy(&locked(stream).kept).into_owned());
        Ok(Finished { end, stdout, stderr })
    }

    /// Lets the readers take what is still in the pipes. A descendant that left the group may keep a pipe open for ever,
    /// so this waits for a moment only.
    fn drain(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline && !self.readers.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(POLL);
        }
    }

    fn end_group(&mut self) {
        if !self.ended {
            kill_group(&mut self.child);
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
pub fn run(command: &mut Command, limits: Limits, cancel: &Cancel) -> Outcome<Finished> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null());
    Supervised::spawn(command, None, None)
        .map_err(|error| {
            Fault::new(format!("Cannot start `{program}`: {error}."))
                .mend("`cargo course doctor` says what is missing.")
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
            let room = KEPT_OUTPUT.saturating_sub(captured.kept.len());
            captured.kept.extend_from_slice(&buffer[..length.min(room)]);
        }
    })
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // The group lives as long as any member, and the leader is not reaped before this call (or was, by `try_wait`, in
    // the same breath), so the number still means this group.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL); // An error means that nobody is left.
    }
}

#[cfg(windows)]
fn own_group(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

#[cfg(windows)]
fn kill_group(child: &mut Child) {
    // Windows has no signal to a group; taskkill walks the tree. A descendant whose parent has ended is missed.
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &child.id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
}

/// Whether a process computes (an endless loop) rather than waits (a deadlock). It computes if it has done so for most of
/// its time, or if a thread of it wants the processor now: on a busy machine it may have got little of it.
#[cfg(target_os = "linux")]
fn was_busy(pid: u32, time: Duration) -> Option<bool> {
    // A thread that waits in vain may look up now and then, so it is looked at more than once.
    let looks = 5;
    let running = (0..looks).filter(|_| {
        std::thread::sleep(POLL);
        wants_processor(pid)
    });
    Some(running.count() > looks / 2 || has_computed(pid, time)?)
}

/// Whether any thread of the process is in the state "running".
#[cfg(target_os = "linux")]
fn wants_processor(pid: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.into_iter().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('R'))
    })
}

/// Whether the process has used the processor for more than half of this time.
#[cfg(target_os = "linux")]
fn has_computed(pid: u32, time: Duration) -> Option<bool> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name, which is in parentheses: state is field 3, utime and stime are fields 14 and 15, in ticks of 10 ms.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let user: f64 = fields.nth(11)?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0 > 0.5 * time.as_secs_f64())
}

#[cfg(not(target_os = "linux"))]
fn was_busy(_pid: u32, _time: Duration) -> Option<bool> {
    None
}
