//! Every test file is named in the catalogue, so that none is forgotten.

use std::collections::BTreeSet;

use course_core::catalogue::{self, Module};
use course_core::files;

use super::Tally;
use super::problems::Problems;

/// Checks the claim.
pub(super) fn check(module: &Module, tally: &mut Tally) {
    tally.record(&format!("{}: every test file is in the catalogue", module.name), tests_are_named(module));
}

fn tests_are_named(module: &Module) -> Result<(), String> {
    let named: BTreeSet<String> = module
        .exercises
        .iter()
        .flat_map(|exercise| exercise.tests.iter().chain(&exercise.rust_tests))
        .map(|path| files::with_slashes(path))
        .collect();
    let mut problems = Problems::default();
    for path in files::entries(&module.folder.join("tests")).map_err(|error| error.to_string())? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_test = name.ends_with(".rs") || catalogue::is_python_test(&path);
        problems.require(!is_test || named.contains(&format!("tests/{name}")), || {
            format!("tests/{name} is not named in course.toml")
        });
    }
    problems.result()
}
