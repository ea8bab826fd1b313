//! The exit statuses of the grader, and their meaning.

use std::process::ExitCode;

use course_core::Error;

/// The exit status of `cargo course grade`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Graded, whatever the score.
    Graded,
    /// The grader could not do its work. Nothing is scored.
    CouldNotGrade,
    /// `--require strict`, and something of the jail is missing.
    JailIncomplete,
    /// Ctrl-C or another request to end.
    Interrupted,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Graded => 0,
            ExitStatus::CouldNotGrade => 1,
            ExitStatus::JailIncomplete => 2,
            ExitStatus::Interrupted => 130,
        })
    }
}

impl From<&Error> for ExitStatus {
    fn from(error: &Error) -> Self {
        if error.is_interrupted() { Self::Interrupted } else { Self::CouldNotGrade }
    }
}
