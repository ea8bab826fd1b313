//! Time enough for tests that share the processors with many others.

use course_core::Result;
use course_core::process::CancellationToken;

use super::PARTS_FOR_EACH_PROCESSOR;
use crate::check::python_runner::PythonRunner;
use crate::check::python_tests::{PythonReport, RunTests, TestJob};

/// A runner that gives tests as much more time as there are parts of `verify` for each processor. An exercise's own time limit
/// is for tests that run alone, as in the loop.
pub(super) struct PatientRunner<'r>(pub(super) &'r PythonRunner);

impl RunTests for PatientRunner<'_> {
    fn run_tests(self, job: &TestJob<'_>, cancel: &CancellationToken) -> Result<PythonReport> {
        self.0.run_tests(&TestJob { time_limit: job.time_limit * PARTS_FOR_EACH_PROCESSOR, ..job.clone() }, cancel)
    }
}
