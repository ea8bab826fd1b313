//! The tests of an exported project, and the part of the test kit that they use.

use course_core::catalogue::Exercise;
use course_core::{Result, files};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::Export;
use super::project_files::fill;

/// The name that the test kit has in an exported project.
const KIT_NAME: &str = "testkit";

impl Export<'_> {
    pub(super) fn write_tests(&self, unsolved: &[&Exercise]) -> Result<()> {
        let package = &self.module.package;
        let is_unsolved = |exercise: &Exercise| unsolved.iter().any(|each| each.slug == exercise.slug);
        let mut expected_to_fail = Vec::new();
        let mut texts = Vec::new();
        for exercise in &self.chosen {
            for test in &exercise.tests {
                let name = test.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = files::read(&self.module.folder.join(test))?;
                self.write(&format!("tests/{name}"), &text.replace("coursekit", KIT_NAME))?;
                texts.push(text);
                if is_unsolved(exercise) {
                    expected_to_fail.push(format!("\"{name}\""));
                }
            }
            for test in &exercise.rust_tests {
                let name = test.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = files::read(&self.module.folder.join(test))?;
                // cargo looks for tests in this folder alone, not in those below it.
                let place = if is_unsolved(exercise) { "core/tests/unsolved" } else { "core/tests" };
                self.write(&format!("{place}/{name}"), &text)?;
            }
        }
        let conftest = fill(
            include_str!("templates/conftest.py"),
            &[("PACKAGE", package), ("UNSOLVED", &format!("[{}]", expected_to_fail.join(", ")))],
        );
        self.write("tests/conftest.py", &conftest)?;
        texts.extend(self.write_what_tests_share()?);
        for (name, text) in kit_files(&self.course.root.join("shared/python/coursekit"), &texts)? {
            self.write(&format!("tests/{KIT_NAME}/{name}.py"), &text.replace("coursekit", KIT_NAME))?;
        }
        let data = self.module.folder.join("data");
        if data.is_dir() {
            files::copy_tree(&data, &self.folder.join("data"), &|path| !path.ends_with("__pycache__"))?;
        }
        Ok(())
    }

    /// The files in the folder of tests that belong to no exercise: cases that several tests share, and inputs that once
    /// failed. Gives the texts of the Python files.
    pub(super) fn write_what_tests_share(&self) -> Result<Vec<String>> {
        let folder = self.module.folder.join("tests");
        let is_test = |path: &Path| {
            let tests =
                self.module.exercises.iter().flat_map(|exercise| exercise.tests.iter().chain(&exercise.rust_tests));
            tests.map(|test| self.module.folder.join(test)).any(|test| test == path)
        };
        let mut texts = Vec::new();
        for path in files::entries(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == "__pycache__" || is_test(&path) {
                continue;
            }
            if path.is_dir() {
                files::copy_tree(&path, &self.folder.join("core/tests").join(&name), &|_| true)?;
            } else if path.extension().is_some_and(|end| end == "py") {
                let text = files::read(&path)?;
                self.write(&format!("tests/{name}"), &text.replace("coursekit", KIT_NAME))?;
                texts.push(text);
            } else {
                files::copy(&path, &self.folder.join("core/tests").join(&name))?;
            }
        }
        Ok(texts)
    }
}

/// The modules of the test kit that these tests import, and those that they import in turn, with their texts.
fn kit_files(kit: &Path, tests: &[String]) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut wanted = vec!["__init__".to_owned()];
    wanted.extend(tests.iter().flat_map(|text| imported(text, "coursekit.")));
    while let Some(name) = wanted.pop() {
        if let Entry::Vacant(place) = found.entry(name) {
            let text = files::read(&kit.join(format!("{}.py", place.key())))?;
            wanted.extend(imported(&text, "."));
            place.insert(text);
        }
    }
    Ok(found)
}

/// The modules that a Python text imports from `prefix`: `one` in `from .one import …`; `one` and `two` in
/// `from . import one, two`.
fn imported(text: &str, prefix: &str) -> Vec<String> {
    let from_below = |line: &'_ str| Some(line.trim_start().strip_prefix("from ")?.strip_prefix(prefix)?.to_owned());
    let names = |rest: String| match rest.trim_start().strip_prefix("import ") {
        Some(names) => names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>(),
        None => rest.split_whitespace().next().map(str::to_owned).into_iter().collect(),
    };
    text.lines().filter_map(from_below).flat_map(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_the_kit_are_found() {
        let test = "from coursekit import expect\n    from coursekit.turns import one\nfrom os.path import x\n";
        assert_eq!(imported(test, "coursekit."), ["turns"]);
        assert_eq!(
            imported("from .show import a, b\nfrom . import failures, worker\n", "."),
            ["show", "failures", "worker"]
        );
    }
}
