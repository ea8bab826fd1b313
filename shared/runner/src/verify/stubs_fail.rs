//! Stubs compile without a warning and fail because nothing is written, not because something breaks.

use course_core::Result;
use course_core::catalogue::Module;
use course_core::compile::{self, Request};
use course_core::process::CancellationToken;
use course_core::staging::Version;

use super::verdicts::{describe, judge};
use super::{Context, Tally};
use crate::check::verdict::{Status, TestStatus, Verdict};

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Result<()> {
    context.mirror.fill_all(module, Version::Stub)?;
    let source = context.mirror.source(module);
    let request =
        Request { target: source.target.as_deref(), ..Request::new(&source.workspace, vec![&source.package]) };
    let build = compile::build(&request, None, &CancellationToken::default())?;
    tally.record(
        &format!("{}: the stubs compile without a warning", module.name),
        if build.success && build.diagnostics.is_empty() { Ok(()) } else { Err(build.text()) },
    );
    for verdict in judge(context, &source, module, &module.exercises.iter().collect::<Vec<_>>())? {
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
