//! What `export` makes, and where it refuses to. Whether that builds is tried outside of the course: `.ci/exports`.

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
    course.run(&["export", "02", &folder.join("mine.txt").to_string_lossy()]).exits_with(2).says("no folder");
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
