//! The meaning of `cargo course`'s exit status.

use std::process::ExitCode;

use course_core::{Error, ErrorKind};

/// The exit status of every command. `grade` hands on the grader's, which has meanings of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Done, or passed.
    Success,
    /// It ran, and something is not as it should be yet: an exercise, a claim about the course, a benchmark's result.
    NotYet,
    /// It could not do its work: something is missing or broken on this machine, or the command line makes no sense.
    CouldNotJudge,
    /// Ctrl-C or another request to end.
    Interrupted,
    /// The grader's own status.
    Grader(u8),
}

impl ExitStatus {
    /// Success if this holds, else "not yet".
    pub(crate) fn passed(holds: bool) -> Self {
        if holds { Self::Success } else { Self::NotYet }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::NotYet => 1,
            ExitStatus::CouldNotJudge => 2,
            ExitStatus::Interrupted => 130,
            ExitStatus::Grader(code) => code,
        })
    }
}

impl From<&Error> for ExitStatus {
    fn from(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Cancelled | ErrorKind::Other => Self::CouldNotJudge,
        }
    }
}
