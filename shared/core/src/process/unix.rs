//! Process groups, signals and exit statuses of Unix.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// The signals that ask a program to end.
pub(super) const INTERRUPTS: &[i32] = &[SIGINT, SIGTERM, SIGHUP];

/// Gives the command a process group of its own.
pub(super) fn start_group(command: &mut Command) {
    command.process_group(0);
}

/// Ends all members of the process group that this process leads. The caller sees to it that the number still means
/// that group.
pub fn end_group(leader: u32) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL); // An error means that nobody is left.
    }
}

/// A child's process group.
#[derive(Debug)]
pub(super) struct Group;

impl Group {
    /// The group of a child that [`start_group`] has prepared.
    pub(super) fn of(_child: &Child) -> Self {
        Self
    }

    /// Ends a child and all members of its group.
    pub(super) fn end(&mut self, child: &mut Child) {
        // The number still means this group: the group lives as long as any member, and its leader has not been reaped,
        // or was reaped by `try_wait` just before this call.
        end_group(child.id());
    }
}

/// The meaning of an exit status, for somebody who has never seen one. `stderr` may hold the panic that led to it.
pub(super) fn explain_exit(status: ExitStatus, stderr: &str) -> String {
    // From signal(7); the numbers below 16 are the same on Linux and macOS, but for SIGBUS.
    match status.signal() {
        Some(11 | 7 | 10) => "the process died of a segmentation fault. In safe Rust the usual cause is a stack overflow: a function that \
                         calls itself without end. In unsafe code: a pointer to memory that is not yours."
            .to_owned(),
        Some(6) if stderr.contains("has overflowed its stack") => {
            "the stack overflowed: a function that calls itself without end.".to_owned()
        }
        Some(6) if super::out_of_memory(stderr) => super::OUT_OF_MEMORY.to_owned(),
        Some(6) => {
            let panic = panic_in(stderr).map(|panic| format!(" It had panicked {panic}.")).unwrap_or_default();
            format!("the process aborted.{panic} A panic inside `extern \"C\"`, a panic during a panic, or `process::abort` does that.")
        }
        Some(9) => "the process was killed from outside. Most likely the machine ran out of memory.".to_owned(),
        Some(signal) => format!("the process died of signal {signal}."),
        None => super::explain_exit_code(status),
    }
}

/// `at src/x.rs:3:5: the message`, from Rust's message about the first panic.
fn panic_in(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines().skip_while(|line| !line.contains(" panicked at "));
    let (_, location) = lines.next()?.split_once(" panicked ")?;
    let panic = format!("{location} {}", lines.next().unwrap_or_default().trim());
    Some(panic.trim_end_matches(['.', ' ', ':']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(signal: i32, stderr: &str) -> String {
        explain_exit(ExitStatus::from_raw(signal), stderr)
    }

    #[test]
    fn an_abort_says_what_led_to_it() {
        let memory = explained(6, "noise\nmemory allocation of 99999999999 bytes failed\n");
        assert!(memory.contains("no memory left"), "{memory}");
        let panic = explained(6, "thread 'x' panicked at src/a.rs:3:5:\nboom\n");
        assert!(panic.contains("panicked at src/a.rs:3:5: boom"), "{panic}");
        let overflow = explained(6, "thread 'main' has overflowed its stack\n");
        assert!(overflow.contains("calls itself without end"), "{overflow}");
        // The text mentions memory, but Rust prints another sentence when memory runs out.
        let other = explained(6, "memory allocation of trees failed\n");
        assert!(other.contains("the process aborted. A panic inside"), "{other}");
    }
}
