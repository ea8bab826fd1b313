//! Releases: checks that all places agree before a tag is made.

use course_core::catalogue::Course;
use course_core::{Error, Result, files};

use crate::tools::{output, program, run as run_command};

/// Checks that the working tree is clean and that every place names this version, then makes the tag `vVERSION`.
pub(crate) fn run(course: &Course, version: &str) -> Result<bool> {
    let root = &course.root;
    let changes = output(program(root, "git").args(["status", "--porcelain"]))?;
    if !changes.trim().is_empty() {
        return Err(Error::new(format!("The working tree has changes:\n{changes}")).advice("Commit them first."));
    }
    let places = [
        ("Cargo.toml", format!("\nversion = \"{version}\"\n")),
        ("CITATION.cff", format!("\nversion: {version}\n")),
        ("CHANGELOG.md", format!("\n## {version} ")),
    ];
    let wrong = missing(&places, |path| files::read(&root.join(path)))?;
    if !wrong.is_empty() {
        return Err(Error::new(format!("Version {version} is not named in {}.", wrong.join(", ")))
            .advice("CHANGELOG.md wants a heading `## VERSION (DATE)`; the other two want the version alone."));
    }
    let tag = format!("v{version}");
    run_command(program(root, "git").args(["tag", "--annotate", "--message", &format!("Version {version}"), &tag]))?;
    println!("Made the tag {tag}. If `cargo xtask ci` has passed in a fresh clone: `git push origin main {tag}`.");
    Ok(true)
}

/// The files that do not hold their text.
fn missing(places: &[(&str, String)], read: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (path, text) in places {
        if !read(path)?.contains(text) {
            wrong.push((*path).to_owned());
        }
    }
    Ok(wrong)
}

/// All modules with their peers, in one run.
pub(crate) fn compare(course: &Course, arguments: &[&str]) -> Result<bool> {
    run_command(program(&course.root, "python3").arg("benchmarks/compare.py").args(arguments))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_does_not_name_the_version_is_told() {
        let places = [("a", "1.0".to_owned()), ("b", "1.0".to_owned())];
        let read = |path: &str| Ok(if path == "a" { "version 1.0" } else { "version 0.9" }.to_owned());
        assert_eq!(missing(&places, read).expect("both can be read"), ["b"]);
    }
}
