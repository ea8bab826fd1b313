//! The ways in which a test can end.

/// The end of one test. Everything but [`Status::Passed`] is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// The test ran to its end and agreed.
    Passed,
    /// The test said no.
    Failed,
    /// The test could not be set up or collected.
    Error,
    /// The process with the submission died while the test ran.
    Crashed,
    /// The test was over its time limit.
    TimedOut,
    /// The test skipped itself: its claim was not shown.
    Skipped,
    /// The test never came to run: the code does not compile, or the time for all tests was used up.
    NotRun,
}

impl Status {
    /// The name in `course/grade/v1`.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
            Self::NotRun => "not_run",
        }
    }

    /// The status of that name.
    #[must_use]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Error, Self::Crashed, Self::TimedOut, Self::Skipped, Self::NotRun]
            .into_iter()
            .find(|status| status.name() == name)
    }
}
