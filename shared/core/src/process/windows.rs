//! Process groups, signals and exit statuses of Windows.

use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::windows_job::Job;

/// The signals that ask a program to end.
pub(super) const INTERRUPTS: &[i32] = &[SIGINT, SIGTERM];

/// Gives the command a process group of its own.
pub(super) fn start_group(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// A child with all that it starts. The system ends them, also if the runner itself is ended by force.
#[derive(Debug)]
pub(super) struct Group(Option<Job>);

impl Group {
    /// The group of a child that was just started. If the system refuses a job, only the child itself is ended.
    pub(super) fn of(child: &Child) -> Self {
        Self(Job::holding(child))
    }

    /// Ends a child and its descendants. No program is started for that, and nothing happens where all have ended.
    pub(super) fn end(&mut self, child: &mut Child) {
        drop(self.0.take());
        let _ = child.kill(); // An error means that it has ended.
    }
}

/// The meaning of an exit status, for somebody who has never seen one.
pub(super) fn explain_exit(status: ExitStatus, stderr: &str) -> String {
    match status.code().map(i32::cast_unsigned) {
        Some(0xC000_0005) => {
            "the process died of an access violation: a pointer to memory that is not yours.".to_owned()
        }
        Some(0xC000_00FD) => {
            "the process died of a stack overflow: a function that calls itself without end.".to_owned()
        }
        Some(0xC000_0409) if super::out_of_memory(stderr) => super::OUT_OF_MEMORY.to_owned(),
        Some(0xC000_0409) => {
            "the process aborted. A panic inside `extern \"C\"` or `process::abort` does that.".to_owned()
        }
        _ => super::explain_exit_code(status),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use super::*;

    /// A shell that starts another program, which would go on by itself.
    #[test]
    fn the_end_of_a_group_ends_descendants() {
        let mut command = Command::new("cmd");
        command.args(["/C", "ping -n 60 127.0.0.1"]).stdout(Stdio::piped());
        start_group(&mut command);
        let mut child = command.spawn().expect("cmd starts");
        let mut group = Group::of(&child);
        assert!(group.0.is_some(), "this Windows has job objects");
        let mut stdout = child.stdout.take().expect("it is piped");
        std::thread::sleep(Duration::from_millis(500)); // Until the descendant is there.
        let begun = Instant::now();
        group.end(&mut child);
        // The pipe ends when the last one that holds it has ended.
        std::io::copy(&mut stdout, &mut std::io::sink()).expect("the pipe can be read");
        assert!(begun.elapsed() < Duration::from_secs(30), "a descendant has lived on");
    }
}
