//! With one exercise unwritten and all others solved, only its own tests fail.
//!
//! Tests that pass while several exercises are unwritten need none of them. So a few variants of the module show it for all
//! pairs: in each, about half of the exercises are unwritten, and for any two there is one variant in which the first is
//! unwritten and the second solved. Only where a test fails in one of them, exercises are left out one by one.

use std::sync::Arc;

use course_core::catalogue::{Exercise, ExerciseRef, Module};
use course_core::jobs::Selection;
use course_core::process::CancellationToken;
use course_core::staging::Version;
use course_core::{Error, Result};

use super::prepared::Prepared;
use super::queue::Promise;
use super::variant::{Optimisation, Variant};
use super::verdicts::describe;
use super::{Check, Context};
use crate::check::python_tests::{RunTests as _, TestJob, test_files};
use crate::check::verdict::TestStatus;

/// Checks the claim: a part for each variant, then one for each exercise.
pub(super) fn checks<'c>(context: &'c Context<'c>, module: &'c Module) -> Vec<Check<'c>> {
    let families = families(&module.exercises);
    let mut checks: Vec<Check<'c>> = Vec::new();
    let mut variants: Vec<(Vec<usize>, Arc<Promise<bool>>)> = Vec::new();
    for unwritten in unwritten_together(families.len()) {
        let exercises: Vec<&Exercise> = unwritten.iter().flat_map(|&index| families[index].clone()).collect();
        let passes = Arc::new(Promise::new());
        variants.push((unwritten, Arc::clone(&passes)));
        checks.push(Box::new(move |prepared, _| {
            passes.keep(|| Ok(others_pass(context, module, &exercises, prepared)?.is_ok()))
        }));
    }
    for (index, family) in families.iter().enumerate().filter(|_| families.len() > 1) {
        let is_unwritten = |(unwritten, _): &&(Vec<usize>, Arc<Promise<bool>>)| unwritten.contains(&index);
        let shown_by: Vec<Arc<Promise<bool>>> =
            variants.iter().filter(is_unwritten).map(|(_, passes)| Arc::clone(passes)).collect();
        for &exercise in family {
            let shown_by = shown_by.clone();
            checks.push(Box::new(move |prepared, tally| {
                let result = if shown_by.iter().all(|passes| passes.get() == Some(true)) {
                    Ok(())
                } else {
                    others_pass(context, module, &[exercise], prepared)?
                };
                tally.record(&format!("{}: the other exercises do without it", exercise.id()), result);
                Ok(())
            }));
        }
    }
    checks
}

/// Groups the exercises: those that share a file can only be unwritten together.
fn families(exercises: &[Exercise]) -> Vec<Vec<&Exercise>> {
    let mut families: Vec<Vec<&Exercise>> = Vec::new();
    for exercise in exercises {
        match families.iter_mut().find(|family| family.iter().any(|other| other.shares_a_file(exercise))) {
            Some(family) => family.push(exercise),
            None => families.push(vec![exercise]),
        }
    }
    families
}

/// The families that are unwritten in each variant, if there are so many families. For any two there is a variant in which
/// the first is unwritten and the second not: each is unwritten in a set of variants of its own, and all sets are of one
/// size, so none holds another.
fn unwritten_together(families: usize) -> Vec<Vec<usize>> {
    let sets = |variants: u32| {
        (0..1_u32 << variants).filter(move |set| set.count_ones() == variants.div_ceil(2)).collect::<Vec<_>>()
    };
    let variants = (0..u32::BITS).find(|&variants| sets(variants).len() >= families).unwrap_or_default();
    let sets = sets(variants);
    (0..variants)
        .map(|variant| (0..families).filter(|&family| sets[family] & (1 << variant) != 0).collect())
        .filter(|unwritten: &Vec<usize>| !unwritten.is_empty())
        .collect()
}

/// Runs the tests of the other exercises while these are unwritten. The inner error says which tests fail.
fn others_pass(
    context: &Context<'_>,
    module: &Module,
    unwritten: &[&Exercise],
    prepared: &Prepared,
) -> Result<Result<(), String>> {
    let is_solved = |exercise: &&Exercise| unwritten.iter().all(|other| !exercise.shares_a_file(other));
    let solved: Vec<&Exercise> = module.exercises.iter().filter(is_solved).collect();
    let stubs: Vec<(&Exercise, Version<'_>)> = unwritten.iter().map(|&exercise| (exercise, Version::Stub)).collect();
    let variant = Variant::build(context, module, prepared, &stubs, &[], Optimisation::Without)?;
    let Some(staged) = variant.stage()? else {
        let names: Vec<String> = unwritten.iter().map(|exercise| exercise.id()).collect();
        return Err(Error::new(format!(
            "{}: the stub does not compile among the solutions:\n{}",
            names.join(", "),
            variant.build.text()
        )));
    };
    // One Python for all of them: none is expected to fail, so none needs to be kept from the others.
    let job = TestJob {
        root: &context.course.root,
        package: &module.package,
        folder: staged.path(),
        tests: solved.iter().flat_map(|exercise| test_files(ExerciseRef { module, exercise })).collect(),
        time_limit: solved.iter().map(|exercise| exercise.time_limit).sum(),
        selection: Selection::All,
    };
    let report = context.patient_runner().run_tests(&job, &CancellationToken::default())?;
    let failed: Vec<String> = report
        .tests
        .iter()
        .filter(|test| !matches!(test.status, TestStatus::Passed | TestStatus::Skipped))
        .map(describe)
        .collect();
    let explanation: String = report.failures.iter().map(|failure| failure.message.as_str()).collect();
    let all_passed = failed.is_empty() && report.failures.is_empty() && !report.tests.is_empty();
    Ok(if all_passed { Ok(()) } else { Err(format!("{explanation}\n{}", failed.join("\n"))) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_unwritten_while_any_other_is_solved() {
        for families in 2..=20 {
            let variants = unwritten_together(families);
            assert!(variants.len() <= families, "{families} families need no more variants than that");
            for one in 0..families {
                for other in (0..families).filter(|&other| other != one) {
                    let shows = |unwritten: &Vec<usize>| unwritten.contains(&one) && !unwritten.contains(&other);
                    assert!(variants.iter().any(shows), "{one} without {other}, of {families}");
                }
            }
        }
    }

    #[test]
    fn a_single_family_has_no_others() {
        assert!(unwritten_together(1).is_empty());
    }
}
