//! The README and the book name every module.

use course_core::catalogue::Course;

use super::Tally;
use super::problems::Problems;

/// Checks the claim.
pub(super) fn check(course: &Course, tally: &mut Tally) {
    let mut problems = Problems::default();
    let readme = std::fs::read_to_string(course.root.join("README.md")).unwrap_or_default();
    let book = std::fs::read_to_string(course.root.join("docs/src/SUMMARY.md")).unwrap_or_default();
    for module in &course.modules {
        problems.require(readme.contains(&format!("modules/{}", module.name)), || {
            format!("README.md does not name modules/{}", module.name)
        });
        problems.require(book.contains(&module.name), || format!("docs/src/SUMMARY.md does not name {}", module.name));
        problems.require(module.name.starts_with(|first: char| first.is_ascii_digit()), || {
            format!("{} does not begin with its number", module.name)
        });
    }
    tally.record("the README and the book name every module", problems.result());
}
