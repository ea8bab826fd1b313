//! Every solution passes every test, Rust and Python, without a warning.

use std::time::Duration;

use course_core::Result;
use course_core::catalogue::Module;
use course_core::compile::{self, Request};
use course_core::process::CancellationToken;

use super::verdicts::{describe, judge, reasons, solution_source};
use super::{Context, Tally};
use crate::check::rust_tests;
use crate::check::verdict::{TestStatus, Verdict};

/// How long all Rust tests of a module may take.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Result<()> {
    let source = solution_source(context, module);
    for verdict in judge(context, &source, module, &module.exercises.iter().collect::<Vec<_>>())? {
        tally.record(&format!("{}: the solution passes", verdict.id), passes(&verdict));
    }
    if module.exercises.iter().all(|exercise| exercise.rust_tests.is_empty()) {
        return Ok(());
    }
    let claim = format!("{}: the solution passes the Rust tests", module.name);
    let request =
        Request { tests: vec!["module_tests".to_owned()], ..Request::new(&context.course.root, vec![&source.package]) };
    let build = compile::build(&request, None, &CancellationToken::default())?;
    let Some(program) = build.tests.get("module_tests") else {
        tally.record(&claim, Err(build.text()));
        return Ok(());
    };
    let ran = rust_tests::run(program, "module_tests", TIME_LIMIT, &CancellationToken::default())?;
    let explanation: String = ran.failures.iter().map(|failure| failure.message.as_str()).collect();
    let tests = ran.tests;
    let failures: Vec<String> = tests.iter().filter(|test| test.status != TestStatus::Passed).map(describe).collect();
    tally.record(
        &claim,
        match (failures.is_empty() && explanation.is_empty(), tests.is_empty()) {
            (true, false) => Ok(()),
            (true, true) => Err("tests/module_tests.rs holds no test".to_owned()),
            _ => Err(format!("{explanation}{}", failures.join("\n"))),
        },
    );
    Ok(())
}

fn passes(verdict: &Verdict) -> Result<(), String> {
    let skipped =
        verdict.tests.iter().filter(|test| test.status == TestStatus::Skipped && !test.is_for_another_platform());
    let unexcused: Vec<String> = skipped.map(|test| format!("{} was skipped: {}", test.name, test.message)).collect();
    match (verdict.passed(), unexcused.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(unexcused.join("\n")),
        _ => Err(reasons(verdict)),
    }
}
