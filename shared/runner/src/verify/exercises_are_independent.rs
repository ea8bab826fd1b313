//! With one exercise unwritten and all others solved, only its own tests fail.

use course_core::catalogue::{Exercise, ExerciseRef, Module};
use course_core::process::CancellationToken;
use course_core::staging::Version;
use course_core::{Error, Result};

use super::prepared::Prepared;
use super::variant::Variant;
use super::verdicts::describe;
use super::{Context, Tally};
use crate::check::python_tests::{RunTests as _, TestJob, test_files};
use crate::check::verdict::TestStatus;

/// Checks the claim about one exercise.
pub(super) fn check(
    context: &Context<'_>,
    module: &Module,
    exercise: &Exercise,
    prepared: &Prepared,
    tally: &mut Tally,
) -> Result<()> {
    let others: Vec<&Exercise> = module.exercises.iter().filter(|other| !other.shares_a_file(exercise)).collect();
    if others.is_empty() {
        return Ok(());
    }
    let variant = Variant::build(context, module, prepared, &[(exercise, Version::Stub)], &[])?;
    let Some(staged) = variant.stage()? else {
        return Err(Error::new(format!(
            "{}: the stub does not compile among the solutions:\n{}",
            exercise.id(),
            variant.build.text()
        )));
    };
    // One Python for all of them: none is expected to fail, so none needs to be kept from the others.
    let job = TestJob {
        root: &context.course.root,
        package: &module.package,
        folder: staged.path(),
        tests: others.iter().flat_map(|exercise| test_files(ExerciseRef { module, exercise })).collect(),
        time_limit: others.iter().map(|exercise| exercise.time_limit).sum(),
    };
    let report = context.python.run_tests(&job, &CancellationToken::default())?;
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
    Ok(())
}
