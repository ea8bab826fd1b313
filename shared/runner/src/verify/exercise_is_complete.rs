//! Every exercise has its stub, solution, lesson section, hints, tests and wrong versions.

use std::collections::BTreeSet;

use course_core::catalogue::{Exercise, Module};
use course_core::wrong_versions;

use super::Tally;
use super::problems::{Problems, shown};

/// Hints of each exercise, from a nudge to nearly there.
const HINTS: usize = 3;

/// Wrong versions of each exercise that its tests must catch.
const WRONG_VERSIONS: usize = 2;

/// Checks the claim for each exercise.
pub(super) fn check(module: &Module, tally: &mut Tally) {
    let lesson = std::fs::read_to_string(module.lesson()).unwrap_or_default();
    for exercise in &module.exercises {
        tally.record(&format!("{}: has its parts", exercise.id()), exercise_parts(module, exercise, &lesson));
    }
}

fn exercise_parts(module: &Module, exercise: &Exercise, lesson: &str) -> Result<(), String> {
    let mut problems = Problems::default();
    let main = exercise.files[0].file_stem().unwrap_or_default().to_string_lossy();
    let is_shared = module.exercises.iter().any(|other| other.slug != exercise.slug && other.shares_a_file(exercise));
    // Manifests and the like have the names that tools give them.
    let is_named_elsewhere = !exercise.files[0].starts_with("src");
    problems.require(main == exercise.slug || is_shared || is_named_elsewhere, || {
        format!("its main file is called {main}, not {}", exercise.slug)
    });
    problems.require(!exercise.title.is_empty(), || "the title is empty".to_owned());
    problems.require(exercise.points > 0, || "it has no points".to_owned());
    problems.require(exercise.minutes > 0, || "it has no minutes".to_owned());
    problems.require(!exercise.concepts.is_empty(), || "it names no concepts".to_owned());
    let hints: BTreeSet<&String> = exercise.hints.iter().filter(|hint| !hint.is_empty()).collect();
    problems.require(hints.len() == HINTS && exercise.hints.len() == HINTS, || {
        format!("it has {} different hints, not {HINTS}", hints.len())
    });
    problems.require(!exercise.tests.is_empty(), || "it has no tests".to_owned());
    for path in exercise.tests.iter().chain(&exercise.rust_tests) {
        problems.require(module.folder.join(path).is_file(), || format!("{} is missing", path.display()));
    }
    for path in &exercise.files {
        for part in [module.folder.join(path), module.stub(path), module.solution_folder.join(path)] {
            problems.require(part.is_file(), || format!("{} is missing", shown(&part)));
        }
    }
    let heading = format!("`{}`", exercise.slug);
    problems.require(lesson.lines().any(|line| line.starts_with("## Exercise") && line.contains(&heading)), || {
        format!("the lesson has no section `## Exercise … {heading}`")
    });
    let versions = wrong_versions::of_exercise(module, exercise);
    let names: BTreeSet<&str> = versions.iter().map(|version| version.name.as_str()).collect();
    problems.require(names.len() == versions.len(), || "two of its wrong versions have one name".to_owned());
    let wrong = names.len();
    problems.require(wrong >= WRONG_VERSIONS, || format!("it has {wrong} wrong versions, fewer than {WRONG_VERSIONS}"));
    problems.result()
}
