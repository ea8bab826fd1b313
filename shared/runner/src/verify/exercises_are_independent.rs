//! With one exercise unwritten and all others solved, only its own tests fail.

use course_core::catalogue::{Exercise, ExerciseRef, Module};
use course_core::compile::{self, Request};
use course_core::process::CancellationToken;
use course_core::staging::Version;
use course_core::{Result, workspace};

use super::verdicts::describe;
use super::{Context, Tally};
use crate::check::python_tests::{TestJob, WarmWorker, test_files};
use crate::check::staging::{extension_of, stage_extension};
use crate::check::verdict::TestStatus;

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Result<()> {
    let source = context.mirror.source(module);
    for exercise in &module.exercises {
        context.mirror.fill_all(module, Version::Solution)?;
        context.mirror.fill(module, exercise, Version::Stub)?;
        let folder = workspace::scratch(&context.course.root)?;
        let request =
            Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
        let build = compile::build(&request, None, &CancellationToken::default())?;
        stage_extension(&source, module, extension_of(&source, &build)?, folder.path())?;
        // One Python for all of them: none is expected to fail, so none needs to be kept from the others.
        let others: Vec<&Exercise> = module.exercises.iter().filter(|other| !other.shares_a_file(exercise)).collect();
        let job = TestJob {
            root: &context.course.root,
            package: &module.package,
            folder: folder.path(),
            tests: others.iter().flat_map(|exercise| test_files(ExerciseRef { module, exercise })).collect(),
            time_limit: others.iter().map(|exercise| exercise.time_limit).sum(),
        };
        if job.tests.is_empty() {
            continue;
        }
        let report = WarmWorker::start(&context.course.root, None)?.run(&job, &CancellationToken::default())?;
        let failed: Vec<String> = report
            .tests
            .iter()
            .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
            .map(describe)
            .collect();
        let explanation: String = report.failures.iter().map(|failure| failure.message.as_str()).collect();
        let result = if failed.is_empty() && report.failures.is_empty() && !report.tests.is_empty() {
            Ok(())
        } else {
            Err(format!("{explanation}\n{}", failed.join("\n")))
        };
        tally.record(&format!("{}: the other exercises do without it", exercise.id()), result);
    }
    context.mirror.fill_all(module, Version::Solution)
}
