//! A module's dependencies are built once, to the end, and another cargo in the same folder is named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{Course, MODULE, SOURCE, with_body};
use crate::terminal::Terminal;

/// A dependency whose build takes some seconds, and which writes down when it begins and ends.
fn add_slow_dependency(course: &Course) -> PathBuf {
    let log = course.root.join(".course/slow.log");
    std::fs::create_dir_all(course.root.join(".course")).expect("a folder can be made");
    course.write(
        "shared/slow/Cargo.toml",
        "[package]\nname = \"slow\"\nversion = \"0.1.0\"\nedition = \"2024\"\nbuild = \"build.rs\"\n",
    );
    course.write("shared/slow/src/lib.rs", "//! Slow to build.\n");
    course.write(
        "shared/slow/build.rs",
        format!(
            "use std::io::Write;\nfn main() {{\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
             let mut log = std::fs::File::options().create(true).append(true).open({log:?}).unwrap();\n    \
             writeln!(log, \"begun\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(8));\n    \
             writeln!(log, \"ended\").unwrap();\n}}\n// {}\n",
            std::process::id() // Another text at every run, or cargo would know it as built.
        ),
    );
    course.edit(
        &format!("modules/{MODULE}/Cargo.toml"),
        "[dependencies]",
        "[dependencies]\nslow = { path = \"../../shared/slow\" }",
    );
    log
}

#[test]
fn a_dependency_is_built_once_however_often_one_saves() {
    let course = Course::ready();
    let log = add_slow_dependency(&course);
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    let log_text = || std::fs::read_to_string(&log).unwrap_or_default();
    terminal.wait_until("the dependency is never begun", |_| log_text().contains("begun"));
    terminal.wait_for(&["dependencies, built once"]);
    // As an editor saves that does so by itself.
    for number in 0..12 {
        course.write(SOURCE, with_body(&format!("return Ok({number});")));
        std::thread::sleep(Duration::from_millis(400));
    }
    course.write_body("");
    terminal.wait_for(&["✓ 02.parallel_sum", "passed"]);
    assert_eq!(log_text(), "begun\nended\n");
    // Leaving does not wait for it.
    course.edit("shared/slow/build.rs", "from_secs(8)", "from_secs(600)");
    course.write_body("return Ok(0);");
    terminal.wait_until("the dependency is never begun", |_| log_text().matches("begun").count() == 2);
    terminal.press("q");
    terminal.ends_with(0);
    course.assert_no_processes();
}

#[test]
fn without_a_terminal_no_bar_is_drawn() {
    let course = Course::ready();
    add_slow_dependency(&course); // Long enough for a bar to appear.
    course.solve("parallel_sum");
    let ran = course.run(&["check", "02.parallel_sum"]);
    ran.exits_with(0);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(['\r', '\u{1b}', '█', '⠋']) && !text.contains("Building ["), "{text:?}");
    }
}

#[test]
fn another_cargo_that_holds_the_lock_is_named() {
    let course = Course::ready();
    let lock = std::fs::File::open(course.root.join("target/debug/.cargo-lock")).expect("cargo has built here");
    lock.lock().expect("it can be locked");
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    if cfg!(target_os = "linux") {
        terminal.wait_for(&["Waits for `faults", &format!("(process {}", std::process::id())]);
    } else {
        terminal.wait_for(&["Waits for another cargo"]);
    }
    lock.unlock().expect("it can be unlocked");
    terminal.wait_for(&["Not written yet"]);
    terminal.press("q");
    terminal.ends_with(0);
}

/// Every file that git would track, with its bytes.
fn tracked(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    const IGNORED: [&str; 8] =
        ["target", ".venv", ".course", "__pycache__", ".hypothesis", ".pytest_cache", "python.toml", "Cargo.lock"];
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name();
        if IGNORED.iter().any(|ignored| name == *ignored) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            tracked(&path, found);
        } else {
            found.insert(path.clone(), std::fs::read(&path).expect("a file"));
        }
    }
}

#[test]
fn a_check_changes_no_tracked_file() {
    let course = Course::ready();
    // A property test that says nothing about where failures are kept, as one's own may.
    let settings = "failure_persistence: None, ";
    course.edit(&format!("modules/{MODULE}/tests/parallel_sum.rs"), settings, "");
    let wrong = course.wrong_version("parallel_sum", "wrapping");
    for source in [wrong, with_body("return Ok(0);"), "fn broken(".to_owned()] {
        course.write(SOURCE, source);
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        tracked(&course.root, &mut before);
        course.run(&["check", "02.parallel_sum"]).exits_with(1);
        tracked(&course.root, &mut after);
        let changed: Vec<&PathBuf> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
        assert!(changed.is_empty(), "{changed:#?}");
        assert_eq!(before.len(), after.len(), "a file is gone");
    }
}
