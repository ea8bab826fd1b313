//! Every solution passes every test, Rust and Python, without a warning.

use std::time::Duration;

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::process::CancellationToken;

use super::prepared::{MODULE_TESTS, Prepared};
use super::variant::judge;
use super::verdicts::{describe, reasons};
use super::{Context, Tally};
use crate::check::rust_tests;
use crate::check::verdict::{TestStatus, Verdict};

/// The most time for all Rust tests of a module.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Checks the claim about one exercise.
pub(super) fn check_exercise(
    context: &Context<'_>,
    module: &Module,
    exercise: &Exercise,
    prepared: &Prepared,
    tally: &mut Tally,
) -> Result<()> {
    let verdict = judge(context, &prepared.source, module, exercise, &prepared.solution, context.patient_runner())?;
    tally.record(&format!("{}: the solution passes", verdict.id), passes(&verdict));
    Ok(())
}

/// Checks it for the module's Rust tests.
pub(super) fn check_rust_tests(
    context: &Context<'_>,
    module: &Module,
    prepared: &Prepared,
    tally: &mut Tally,
) -> Result<()> {
    if module.exercises.iter().all(|exercise| exercise.rust_tests.is_empty()) {
        return Ok(());
    }
    let claim = format!("{}: the solution passes the Rust tests", module.name);
    let Some(program) = prepared.solution.tests.get(MODULE_TESTS) else {
        tally.record(&claim, Err(prepared.solution.text()));
        return Ok(());
    };
    let ran = rust_tests::run(&context.course.root, program, MODULE_TESTS, TIME_LIMIT, &CancellationToken::default())?;
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
    let skipped = verdict.tests.iter().filter(|test| test.status == TestStatus::Skipped && !test.other_platform);
    let unexcused: Vec<String> = skipped.map(|test| format!("{} was skipped: {}", test.name, test.message)).collect();
    match (verdict.passed(), unexcused.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(unexcused.join("\n")),
        _ => Err(reasons(verdict)),
    }
}
