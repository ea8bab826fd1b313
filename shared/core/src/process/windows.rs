//! Process groups, signals and exit statuses of Windows.

use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};

use signal_hook::consts::{SIGINT, SIGTERM};

/// The signals that ask a program to end.
pub(super) const INTERRUPTS: &[i32] = &[SIGINT, SIGTERM];

/// Gives the command a process group of its own.
pub(super) fn start_group(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// Ends a child and its descendants.
pub(super) fn kill_group(child: &mut Child) {
    // Windows has no signal to a group; taskkill walks the tree. A descendant whose parent has ended is missed.
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &child.id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
}

/// What an exit status says, for somebody who has never seen one.
pub(super) fn explain_exit(status: ExitStatus, _stderr: &str) -> String {
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
        _ => super::explain_exit_code(status),
    }
}
