//! Stubs compile without a warning and fail because nothing is written, not because something breaks.

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::staging::Version;

use super::prepared::Prepared;
use super::variant::Variant;
use super::verdicts::describe;
use super::{Context, Tally};
use crate::check::verdict::{Status, TestStatus, Verdict};

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, prepared: &Prepared, tally: &mut Tally) -> Result<()> {
    let stubs: Vec<(&Exercise, Version<'_>)> =
        module.exercises.iter().map(|exercise| (exercise, Version::Stub)).collect();
    let all: Vec<&Exercise> = module.exercises.iter().collect();
    let variant = Variant::build(context, module, prepared, &stubs, &all)?;
    let build = &variant.build;
    tally.record(
        &format!("{}: the stubs compile without a warning", module.name),
        if build.success && build.diagnostics.is_empty() { Ok(()) } else { Err(build.text()) },
    );
    for exercise in all {
        let verdict = variant.judge(exercise)?;
        tally.record(&format!("{}: the stub fails as unwritten", verdict.id), fails_as_unwritten(&verdict));
    }
    Ok(())
}

/// A stub fails because it is unwritten, or by an expectation that is not met; never by a crash, an import error or a
/// hang.
fn fails_as_unwritten(verdict: &Verdict) -> Result<(), String> {
    if verdict.status == Status::Passed {
        return Err("the stub passes".to_owned());
    }
    let broken: Vec<String> = verdict
        .tests
        .iter()
        .filter(|test| match test.status {
            TestStatus::Error | TestStatus::NotRun => true,
            TestStatus::Failed => test.expectation.is_none(),
            TestStatus::Passed | TestStatus::Unwritten | TestStatus::Skipped => false,
        })
        .map(describe)
        .collect();
    if broken.is_empty() && verdict.failures.is_empty() {
        Ok(())
    } else {
        Err(format!("{}\n{}", verdict.explanation(), broken.join("\n")))
    }
}
