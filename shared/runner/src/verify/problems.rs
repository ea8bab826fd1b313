//! The problems of a part of the course, collected so that one run shows all of them.

use std::path::Path;

use course_core::files;

/// The problems that were found so far.
#[derive(Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    /// Notes a problem unless this holds.
    pub(super) fn require(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.0.push(problem());
        }
    }

    /// The claim holds, or all problems.
    pub(super) fn result(self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0.join("\n")) }
    }
}

/// A path from `modules/` or `solutions/` on: the part before is the author's own folder.
pub(super) fn shown(path: &Path) -> String {
    let path = files::with_slashes(path);
    let start = path.find("/modules/").or_else(|| path.find("/solutions/")).map_or(0, |at| at + 1);
    path[start..].to_owned()
}
