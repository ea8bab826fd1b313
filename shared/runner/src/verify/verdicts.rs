//! What several claims need to judge exercises and to say what came of it.

use course_core::Result;
use course_core::catalogue::{Exercise, ExerciseRef, Module};
use course_core::process::CancellationToken;

use super::Context;
use crate::check::Judge;
use crate::check::staging::Source;
use crate::check::verdict::{Test, TestStatus, Verdict};

/// The solution crate of a module, as it stands.
pub(super) fn solution_source(context: &Context<'_>, module: &Module) -> Source {
    Source {
        workspace: context.course.root.clone(),
        package: format!("{}_solution", module.package),
        folder: module.solution_folder.clone(),
        target: None,
        has_rust_tests: false,
    }
}

/// Judges these exercises of a module.
pub(super) fn judge(
    context: &Context<'_>,
    source: &Source,
    module: &Module,
    exercises: &[&Exercise],
) -> Result<Vec<Verdict>> {
    let judge = Judge {
        root: &context.course.root,
        cancel: CancellationToken::default(),
        progress: None,
        examples: context.examples,
    };
    let exercise_refs: Vec<ExerciseRef<'_>> =
        exercises.iter().map(|exercise| ExerciseRef { module, exercise }).collect();
    judge.judge(source, &exercise_refs, None)
}

/// Why an exercise did not pass.
pub(super) fn reasons(verdict: &Verdict) -> String {
    let failures = verdict
        .tests
        .iter()
        .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
        .map(describe);
    let mut lines: Vec<String> =
        std::iter::once(verdict.explanation()).filter(|text| !text.is_empty()).chain(failures).collect();
    if lines.is_empty() {
        lines.push("no test ran".to_owned());
    }
    lines.join("\n")
}

/// A test with its message.
pub(super) fn describe(test: &Test) -> String {
    format!("{}: {}", test.name, test.message)
}
