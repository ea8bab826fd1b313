//! The page of watch mode, on screens of any size, and the keys that lead somewhere else.

use std::time::Duration;

use crate::support::{Course, MODULE, SOURCE, script, shows};
use crate::terminal::Terminal;

/// Source code with three errors, the first of them decisive.
const THREE_ERRORS: &str = "use pyo3::prelude::*;\n\npub fn checked_sum(numbers: &[i64]) -> Option<i64> {\n    \
    let total: i64 = \"first\";\n    let other: i64 = \"second\";\n    missing(numbers, total, other)\n}\n\n\
    #[pyfunction]\npub fn parallel_sum() -> i64 {\n    0\n}\n";

#[test]
fn words_are_never_broken() {
    let course = Course::ready();
    for columns in [40, 100] {
        let mut terminal = Terminal::sized(&course, &["watch", "02.parallel_sum"], &[], [60, columns]);
        terminal.wait_for(&["Not written yet", "quit"]);
        terminal.assert_nothing_wrapped();
        for key in ["l", "h", "h", "h", "s", "x"] {
            terminal.press(key);
            std::thread::sleep(Duration::from_millis(300));
            terminal.wait_for(&["quit"]);
            terminal.assert_nothing_wrapped();
        }
        course.write(SOURCE, THREE_ERRORS);
        terminal.wait_for(&["2 more"]);
        terminal.assert_nothing_wrapped();
        course.write_body("return Ok(0);");
        terminal.wait_for(&["expected"]);
        terminal.assert_nothing_wrapped();
        terminal.press("q");
        terminal.ends_with(0);
        // At a prompt, too.
        for (arguments, code) in [
            (&["list"][..], 0),
            (&["check", "02.parallel_sum"], 1),
            (&["hint", "02.sum_array"], 0),
            (&["check", "02.nonsense"], 2),
        ] {
            let mut terminal = Terminal::sized(&course, arguments, &[], [60, columns]);
            terminal.ends_with(code);
            terminal.assert_nothing_wrapped();
        }
        course.remove(SOURCE);
        let stub = course.read(&format!("modules/{MODULE}/stubs/parallel_sum.rs"));
        course.write(SOURCE, stub);
    }
}

#[test]
fn the_first_error_stays_on_a_small_screen() {
    let course = Course::ready();
    course.write(SOURCE, THREE_ERRORS);
    let mut terminal = Terminal::sized(&course, &["watch", "02.parallel_sum"], &[], [35, 100]);
    terminal.wait_for(&["does not compile yet", "let total: i64 = \"first\"", "2 more", "edit", "quit"]);
    assert!(!terminal.shows("= \"second\""), "only the first is shown in full\n{}", terminal.screen());
    terminal.resize(16, 100);
    terminal.wait_for(&["does not compile yet", "more lines", "edit", "quit"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn another_size_of_the_window_is_another_drawing() {
    let course = Course::ready();
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    terminal.wait_for(&["Not written yet", "q quit"]);
    for [rows, columns] in [[30, 50], [24, 80], [50, 120], [34, 40]] {
        terminal.resize(rows, columns);
        terminal.wait_until("it is not drawn anew", |screen| {
            screen.matches("Not written").count() == 1 && screen.matches("quit").count() == 1
        });
        std::thread::sleep(Duration::from_millis(200));
        terminal.assert_nothing_wrapped();
    }
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn the_list_shows_where_the_learner_is_on_a_small_screen() {
    let course = Course::ready();
    let mut terminal = Terminal::sized(&course, &["watch", "02.monte_carlo_pi"], &[], [14, 100]);
    terminal.wait_for(&["02.monte_carlo_pi"]);
    terminal.press("l");
    terminal.wait_for(&["→ · 02.monte_carlo_pi", "quit"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn a_restored_file_leaves_no_stale_line() {
    let course = Course::ready();
    course.solve("parallel_sum");
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    terminal.wait_for(&["✓ 02.parallel_sum"]);
    terminal.press("xx");
    terminal.wait_for(&["is the stub again", "Not written yet"]);
    std::thread::sleep(Duration::from_secs(1)); // The runner's own write is no save.
    assert!(terminal.shows("is the stub again"), "{}", terminal.screen());
    course.solve("parallel_sum");
    terminal.wait_for(&["✓ 02.parallel_sum", "passed"]);
    terminal.wait_until("the stale line stays", |screen| !shows(screen, "is the stub again"));
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn a_module_opens_at_its_first_unsolved_exercise() {
    let course = Course::ready();
    course.write(".course/progress.toml", "solved = [\"02.process_batch\", \"02.parallel_sum\"]\n");
    for id in ["02", MODULE] {
        let mut terminal = Terminal::open(&course, &["watch", id], &[]);
        terminal.wait_for(&["02.process_numbers ·"]);
        terminal.press("q");
        terminal.ends_with(0);
    }
}

#[test]
fn a_key_leads_to_the_next_module_and_back() {
    let course = Course::ready();
    let catalogue = course.read(&format!("modules/{MODULE}/course.toml")).replace("id = \"", "id = \"other_");
    course.write("modules/03_other/course.toml", catalogue);
    course.write(".course/progress.toml", "solved = [\"02.process_batch\", \"03.other_process_batch\"]\n");
    let mut terminal = Terminal::open(&course, &["watch", "02.monte_carlo_pi"], &[]);
    terminal.wait_for(&["02.monte_carlo_pi ·"]);
    terminal.press("m");
    terminal.wait_for(&["03.other_parallel_sum ·"]);
    terminal.press("m"); // It is the last one.
    terminal.press("l");
    terminal.wait_for(&["→ · 03.other_parallel_sum"]);
    terminal.press("M");
    terminal.wait_for(&["02.parallel_sum ·"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn an_exercise_opens_with_what_it_asks_for() {
    let course = Course::ready();
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    terminal.wait_for(&[
        "minutes,",
        "points",
        "Add up a list of integers with rayon, detached.",
        "Not written yet. The stub says: par_iter, partial sums that cannot overflow, one check at the end",
        "edit    modules/02_parallel_sum/src/parallel_sum.rs",
        "lesson  modules/02_parallel_sum/README.md",
    ]);
    terminal.press("q");
    terminal.ends_with(0);
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("\u{1b}]8;"), "this terminal knows no links");
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[("FORCE_HYPERLINK", "1")]);
    terminal.wait_for(&["Not written yet", "edit    modules/02_parallel_sum/src/parallel_sum.rs"]);
    terminal.press("q");
    terminal.ends_with(0);
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(bytes.contains("\u{1b}]8;;file:///"), "{bytes}");
    assert!(bytes.contains("Kurs%20f%C3%BCr%20%C3%84rzte%20%26%20Co"), "{bytes}");
}

#[test]
fn the_editor_has_the_keyboard() {
    let course = Course::ready();
    let editor = course.root.join(".course/my editor");
    std::fs::create_dir_all(course.root.join(".course")).expect("a folder can be made");
    // It asks for a line, as an editor in the terminal would.
    script(&editor, "echo editor is open; read answer; printf '%s|%s|%s' \"$1\" \"$2\" \"$answer\" > .course/edited");
    let value = format!("'{}' --wait", editor.display());
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[("VISUAL", ""), ("EDITOR", &value)]);
    terminal.wait_for(&["Not written yet"]);
    for (key, file) in [("e", "src/parallel_sum.rs"), ("o", "README.md")] {
        terminal.press(key);
        terminal.wait_for(&["editor is open"]);
        // Keys of the runner, which must not reach it: q would end it.
        terminal.press("nqx\r");
        terminal.wait_for(&["Not written yet", "q quit"]);
        let path = course.root.join("modules").join(MODULE).join(file);
        assert_eq!(course.read(".course/edited"), format!("--wait|{}|nqx", path.display()));
    }
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn without_an_editor_it_says_how_to_choose_one() {
    let course = Course::ready();
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[("VISUAL", ""), ("EDITOR", "")]);
    terminal.wait_for(&["Not written yet"]);
    terminal.press("e");
    terminal.wait_for(&["No editor is chosen", "export EDITOR=nano"]);
    terminal.press("q");
    terminal.ends_with(0);
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[("VISUAL", "/no/such/editor")]);
    terminal.wait_for(&["Not written yet"]);
    terminal.press("e");
    terminal.wait_for(&["The editor `/no/such/editor` ended with", "Not written yet"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn the_end_of_a_module_says_what_was_learnt_and_what_comes() {
    let course = Course::ready();
    let others = ["process_batch", "process_numbers", "sum_array", "cpu_intensive", "monte_carlo_pi"];
    let solved: Vec<String> = others.iter().map(|slug| format!("\"02.{slug}\"")).collect();
    course.write(".course/progress.toml", format!("solved = [{}]\n", solved.join(", ")));
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    terminal.wait_for(&["Not written yet"]);
    course.solve("parallel_sum");
    terminal.wait_for(&[
        "Module 02 is complete: 6 exercises,",
        "You have learnt:",
        "all exercises of the course are solved",
    ]);
    terminal.press("q");
    terminal.ends_with(0);
    course.run(&["check", "02.parallel_sum"]).exits_with(0).says("Module 02 is complete: 6 exercises,");
}

#[test]
fn a_hint_names_the_exercise_that_is_in_the_way() {
    let course = Course::ready();
    course.write(&format!("modules/{MODULE}/src/process_batch.rs"), "fn broken( {}\n");
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("That file is part of 02.process_batch.")
        .says("hint cargo course hint 02.process_batch");
    course
        .run(&["hint"])
        .exits_with(0)
        .says("02.parallel_sum cannot be tried yet")
        .says("cargo course hint 02.process_batch");
    course.run(&["hint", "02.process_batch"]).exits_with(0).says("Hint 1 of 3 for 02.process_batch");
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[]);
    terminal.wait_for(&["does not compile yet", "part of 02.process_batch"]);
    terminal.press("h");
    terminal.wait_for(&["02.parallel_sum cannot be tried yet", "02.process_batch"]);
    course.solve("process_batch");
    terminal.wait_for(&["Not written yet"]);
    terminal.press("h");
    terminal.wait_for(&["Hint 1 of 3 for 02.parallel_sum"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn what_passes_with_a_warning_says_so() {
    let course = Course::ready();
    course.write_body("let mut constant = 1;\n    let _ = constant;");
    let checked = course.run(&["check", "02.parallel_sum"]);
    checked.exits_with(0).says("It passes. rustc still says").says("does not need to be mutable");
    course.solve("parallel_sum");
    course.run(&["check", "02.parallel_sum"]).exits_with(0).never_says("rustc still says");
    course.run(&["check", "02.parallel_sum"]).says("Tests do not see speed: `cargo course bench 02` compares");
}
