//! The README and the book's map name every module.

use course_core::catalogue::Course;

use super::Tally;
use super::problems::Problems;

/// Checks the claim.
pub(super) fn check(course: &Course, tally: &mut Tally) {
    let mut problems = Problems::default();
    let readme = std::fs::read_to_string(course.root.join("README.md")).unwrap_or_default();
    let map = std::fs::read_to_string(course.root.join("docs/paths.toml")).unwrap_or_default();
    for module in &course.modules {
        problems.require(readme.contains(&format!("modules/{}", module.name)), || {
            format!("README.md does not name modules/{}", module.name)
        });
        problems.require(map.lines().any(|line| line.starts_with(&format!("{} = ", module.number()))), || {
            format!("docs/paths.toml gives {} no place on the map", module.name)
        });
        problems.require(module.name.starts_with(|first: char| first.is_ascii_digit()), || {
            format!("{} does not begin with its number", module.name)
        });
    }
    tally.record("the README and the map name every module", problems.result());
}
