//! The projects that `export` makes, and its refusals. `.ci/exports` builds such projects outside of the course.

use std::fs;
use std::path::Path;

use crate::support::{Course, scratch};

/// All files below a folder with their text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        if entry.path().is_dir() {
            found.extend(texts(&entry.path()));
        } else {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()).into_owned();
            found.push((entry.path().to_string_lossy().into_owned(), text));
        }
    }
    found
}

#[test]
fn what_is_there_already_is_left_alone() {
    let course = Course::ready();
    let folder = scratch("export-occupied");
    fs::write(folder.join("mine.txt"), "precious").expect("it can be written");
    let path = folder.to_string_lossy();
    course.run(&["export", "02", &path]).exits_with(2).says("not empty");
    let file = folder.join("mine.txt");
    course.run(&["export", "02", &file.to_string_lossy()]).exits_with(2).says("already exists and is not a folder");
    assert_eq!(texts(&folder).len(), 1, "nothing was added");
    let inside = course.root.join("modules/mine");
    course.run(&["export", "02", &inside.to_string_lossy()]).exits_with(2).says("inside the course");
    assert!(!inside.exists());
    course.run(&["export", "02"]).exits_with(2).says("a folder to make");
    course.run(&["export", "no_such", &path]).exits_with(2).says("no exercise or module");
}

#[test]
fn a_project_stands_alone_and_says_what_is_unwritten() {
    let course = Course::ready();
    let folder = scratch("export-stub");
    let ran = course.run(&["export", "02.parallel_sum", &folder.to_string_lossy()]);
    ran.exits_with(0).says("Not written yet").says("02.parallel_sum");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(read("README.md").contains("## Still to do"));
    assert!(read("tests/conftest.py").contains("[\"test_parallel_sum.py\"]"));
    assert!(folder.join("python/parallel_sum/py.typed").is_file());
    assert!(folder.join("core/tests/unsolved/parallel_sum.rs").is_file(), "cargo does not run it");
    for (path, text) in texts(&folder) {
        assert!(!text.contains("workspace = true"), "{path} takes something from the course's workspace");
        assert!(!text.contains("coursekit"), "{path} needs the course's test kit");
        assert!(!text.contains(&*course.root.to_string_lossy()), "{path} names the course's folder");
    }

    course.solve("parallel_sum");
    let folder = scratch("export-solved");
    let ran = course.run(&["export", "02.parallel_sum", &folder.to_string_lossy()]);
    ran.exits_with(0).never_says("Not written yet");
    assert!(!fs::read_to_string(folder.join("README.md")).unwrap_or_default().contains("Still to do"));
    assert!(folder.join("core/tests/parallel_sum.rs").is_file());
}

#[test]
fn a_crate_that_is_given_with_the_module_comes_along() {
    let course = Course::ready();
    let manifest = "[package]\nname = \"given_tables\"\ndescription = \"Tables.\"\nversion.workspace = true\n\
        edition.workspace = true\n\n[dependencies]\nrayon.workspace = true\n";
    course.write("modules/02_parallel_sum/tables/Cargo.toml", manifest);
    course.write("modules/02_parallel_sum/tables/src/lib.rs", "//! Given.\n");
    let (shared, own) = ("[workspace.dependencies]\n", "\n[dependencies]\n");
    let entry = "given_tables = { path = \"modules/02_parallel_sum/tables\" }\n";
    course.edit("Cargo.toml", shared, &format!("{shared}{entry}"));
    course.edit("modules/02_parallel_sum/Cargo.toml", own, &format!("{own}given_tables.workspace = true\n"));
    for id in ["02", "02.parallel_sum"] {
        let folder = scratch("export-given");
        // It also asks cargo, which must find the crate.
        course.run(&["export", id, &folder.to_string_lossy()]).exits_with(0).never_says("cargo cannot read");
        let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(read("core/Cargo.toml").contains("given_tables = { path = \"../tables\" }"));
        assert!(read("Cargo.toml").contains("members = [\"core\", \"tables\"]"));
        assert!(read("tables/Cargo.toml").contains("rayon = { version = "));
        assert!(read("README.md").contains("| `tables/` |"));
        assert_eq!(read("tables/src/lib.rs"), "//! Given.\n");
        for (path, text) in texts(&folder) {
            assert!(!text.contains("workspace = true"), "{path} takes something from the course's workspace");
        }
    }
}
