//! A digest that changes with anything that could change a grade.

use std::collections::BTreeMap;

use course_core::Result;
use course_core::catalogue::{self, Course};
use course_core::digest::Digest;
use course_core::staging;

/// Parts of the grader itself, below `shared`.
const GRADER: [&str; 6] = ["python/coursekit", "python/grader", "python/run.py", "core/src", "grader/src", "jail/src"];

/// A digest of the course, its tests, the grader, the compiler, Python and the packages. The lock files of all modules count,
/// also if only some modules are graded, because the findings about an exercise hold in every selection.
pub(super) fn of(course: &Course, versions: &BTreeMap<String, String>) -> Result<String> {
    let mut digest = Digest::new();
    for lock in catalogue::package_locks(&course.root, &course.modules.iter().collect::<Vec<_>>()) {
        digest.update_with_files(&lock)?;
    }
    for (name, version) in versions {
        digest.update(format!("{name} {version}\n"));
    }
    for part in ["Cargo.toml", "Cargo.lock"] {
        digest.update_with_files(&course.root.join(part))?;
    }
    for part in GRADER {
        digest.update_with_files(&course.root.join("shared").join(part))?;
    }
    for folder in staging::companion_crates(course)? {
        for part in ["Cargo.toml", "src"] {
            digest.update_with_files(&folder.join(part))?;
        }
    }
    for module in &course.modules {
        for part in ["course.toml", "Cargo.toml", "build.rs", "stubs", "tests"] {
            digest.update_with_files(&module.folder.join(part))?;
        }
        digest.update_with_files(&module.solution_folder.join("src"))?;
        digest.update_with_files(&module.solution_folder.join(module.type_stub()))?;
        for file in module.data_files() {
            digest.update_with_files(&module.solution_folder.join(file))?;
        }
    }
    Ok(digest.finish())
}

#[cfg(test)]
mod tests {
    use course_core::files;

    use super::*;

    #[test]
    fn a_crate_that_is_given_with_a_module_counts() {
        let folder = files::ScratchFolder::new(&std::env::temp_dir()).unwrap();
        let course = Course { root: folder.path().to_owned(), modules: Vec::new() };
        let write =
            |path: &str, text: &str| files::write_atomically(&folder.path().join(path), text.as_bytes()).unwrap();
        let fingerprint = || of(&course, &BTreeMap::new()).unwrap();
        write("Cargo.toml", "[workspace.dependencies]\nrayon = \"1\"\ntables = { path = \"modules/01/tables\" }\n");
        write("modules/01/tables/src/lib.rs", "pub fn one() {}\n");
        let before = fingerprint();
        assert_eq!(before, fingerprint());
        write("modules/01/tables/src/lib.rs", "pub fn two() {}\n");
        assert_ne!(before, fingerprint());
    }
}
