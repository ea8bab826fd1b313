//! Stubs compile without a warning and fail because nothing is written, not because something breaks.

use std::sync::Arc;

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::staging::Version;

use super::prepared::Prepared;
use super::queue::Promise;
use super::variant::{Optimisation, RustTests, Variant};
use super::verdicts::describe;
use super::{Check, Context, Tally};
use crate::check::verdict::{Status, TestStatus, Verdict};

/// Checks the claim: a part that builds all stubs of the module together, then one for each exercise.
pub(super) fn checks<'c>(context: &'c Context<'c>, module: &'c Module) -> Vec<Check<'c>> {
    let built = Arc::new(Promise::new());
    let keep = Arc::clone(&built);
    let mut checks: Vec<Check<'c>> =
        vec![Box::new(move |prepared, tally| keep.keep(|| build(context, module, prepared, tally).map(Arc::new)))];
    checks.extend(module.exercises.iter().map(|exercise| -> Check<'c> {
        let built = Arc::clone(&built);
        Box::new(move |_, tally| {
            // If the stubs could not be built, the part that builds them has recorded it.
            let Some(variant) = built.get() else { return Ok(()) };
            let verdict = variant.judge(exercise, RustTests::Run, context.patient_runner())?;
            tally.record(&format!("{}: the stub fails as unwritten", verdict.id), fails_as_unwritten(&verdict));
            Ok(())
        })
    }));
    checks
}

fn build<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    prepared: &Prepared,
    tally: &mut Tally,
) -> Result<Variant<'c>> {
    let stubs: Vec<(&Exercise, Version<'_>)> =
        module.exercises.iter().map(|exercise| (exercise, Version::Stub)).collect();
    let all: Vec<(&Exercise, RustTests)> = module.exercises.iter().map(|exercise| (exercise, RustTests::Run)).collect();
    let variant = Variant::build(context, module, prepared, &stubs, &all, Optimisation::Without)?;
    let build = &variant.build;
    tally.record(
        &format!("{}: the stubs compile without a warning", module.name),
        if build.success && build.diagnostics.is_empty() { Ok(()) } else { Err(build.text()) },
    );
    Ok(variant)
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
