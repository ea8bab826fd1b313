//! Watch mode: saves at any moment, every key, and the terminal given back.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Course, MODULE, SOURCE, shows, with_body};
use crate::terminal::Terminal;
use crate::timing::slow_to_build;

fn watch(course: &Course, id: &str) -> Terminal {
    Terminal::open(course, &["watch", id], &[])
}

#[test]
fn a_save_is_checked_and_the_verdict_shown() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["02.parallel_sum", "Not written yet.", "0/6", "n next", "q quit"]);
    course.write_body("return Ok(0);");
    terminal.wait_for(&["not yet", "called", "parallel_sum([1, 2, 3])", "expected"]);
    course.edit(SOURCE, "return Ok(0);", "return Ok(0;");
    terminal.wait_for(&["does not compile yet", "mismatched closing delimiter"]);
    course.solve("parallel_sum");
    terminal.wait_for(&["✓ 02.parallel_sum", "passed", "1/6"]);
    assert!(!terminal.shows("does not compile"), "the old verdict is still there\n{}", terminal.screen());
    terminal.press("q");
    terminal.ends_with(0);
    course.assert_no_processes();
}

#[test]
fn an_editor_that_writes_a_new_file_is_noticed() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    // As vim and many others save: a new file, renamed over the old one.
    course.write(&format!("{SOURCE}.tmp"), with_body(""));
    std::fs::rename(course.root.join(format!("{SOURCE}.tmp")), course.root.join(SOURCE)).expect("it can be renamed");
    terminal.wait_for(&["✓ 02.parallel_sum"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn polling_notices_a_save_too() {
    let course = Course::ready();
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum", "--poll"], &[]);
    terminal.wait_for(&["Not written yet."]);
    course.write_body("");
    terminal.wait_for(&["✓ 02.parallel_sum"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn a_save_during_the_build_replaces_it() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    course.write(SOURCE, slow_to_build());
    course.wait_for_process("--crate-name parallel_sum");
    course.write_body("");
    // The slow build alone would take minutes.
    terminal.wait_for(&["✓ 02.parallel_sum", "passed"]);
    terminal.press("q");
    terminal.ends_with(0);
    course.assert_no_processes();
}

#[test]
fn a_save_during_the_tests_replaces_them() {
    let course = Course::ready();
    course.write_body("std::thread::sleep(std::time::Duration::from_secs(600));");
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["02.parallel_sum"]);
    std::thread::sleep(Duration::from_secs(4)); // Somewhere in the build or the tests; both must do.
    course.write_body("return Ok(1);");
    terminal.wait_for(&["not yet", "got"]);
    course.write_body("");
    terminal.wait_for(&["✓ 02.parallel_sum"]);
    terminal.press("q");
    terminal.ends_with(0);
    course.assert_no_processes();
}

#[test]
fn many_saves_end_with_the_verdict_of_the_last() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    for number in 1..=20 {
        course.write_body(&format!("return Ok({});", -number));
        std::thread::sleep(Duration::from_millis(70));
    }
    terminal.wait_for(&["not yet", "-20"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn a_crash_does_not_take_the_watch_down() {
    let course = Course::ready();
    course.limit_time(10);
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    for (body, words) in [
        ("std::process::abort();", "the process aborted"),
        ("loop { std::hint::spin_loop(); }", "still computing"),
        ("loop { print!(\"\\x1b[?25l\\x1b[31m noise\"); }", "32 MiB of output"),
        ("std::process::exit(0);", "exit code 0"),
    ] {
        course.write_body(body);
        terminal.wait_for(&["broken off", words]);
    }
    course.remove(SOURCE);
    terminal.wait_for(&["is missing", "cargo course reset"]);
    course.write_body("");
    terminal.wait_for(&["✓ 02.parallel_sum"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn keys_do_what_they_say() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.process_batch");
    terminal.wait_for(&["02.process_batch", "Not written yet."]);
    terminal.press("n");
    terminal.wait_for(&["02.parallel_sum ·", "Not written yet."]);
    terminal.press("n");
    terminal.wait_for(&["02.process_numbers ·"]);
    terminal.press("pp");
    terminal.wait_for(&["02.process_batch ·", "Not written yet."]);
    terminal.press("p");
    terminal.wait_for(&["02.process_batch ·"]);
    terminal.press("l");
    terminal.wait_for(&["0 of 6 exercises", "→ · 02.process_batch", "n next"]);
    for level in ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"] {
        terminal.press("h");
        terminal.wait_for(&[level]);
    }
    terminal.press("r");
    terminal.wait_until("r shows no verdict", |screen| shows(screen, "Not written yet.") && !shows(screen, "Hint"));
    terminal.press("s");
    terminal.wait_for(&["02.process_batch is not solved yet."]);
    course.solve("process_batch");
    terminal.wait_for(&["✓ 02.process_batch"]);
    terminal.press("s");
    terminal.wait_for(&["the same, to the letter"]);
    terminal.press("x");
    terminal.wait_for(&["Press x again"]);
    terminal.press("l");
    terminal.wait_for(&["1 of 6 exercises"]);
    terminal.press("x");
    terminal.wait_for(&["Press x again"]);
    assert!(course.read(&format!("modules/{MODULE}/src/process_batch.rs")).contains("map"), "it was reset too early");
    terminal.press("x");
    // Said, and still there when the verdict about the stub comes.
    terminal.wait_for(&[
        "is the stub again",
        &format!(".course/backups/{MODULE}/process_batch.1.rs"),
        "Not written yet.",
    ]);
    let kept = course.read(&format!(".course/backups/{MODULE}/process_batch.1.rs"));
    assert_eq!(kept, course.read(&format!("solutions/{MODULE}/src/process_batch.rs")));
    terminal.press("q");
    terminal.ends_with(0);
    course.assert_no_processes();
}

#[test]
fn n_on_the_last_exercise_stays_there() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.monte_carlo_pi");
    terminal.wait_for(&["02.monte_carlo_pi ·", "Not written yet."]);
    terminal.press("n");
    terminal.wait_for(&["02.monte_carlo_pi ·"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn ctrl_c_and_signals_give_the_terminal_back() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    terminal.press("\u{3}");
    terminal.ends_with(0);
    for signal in [Signal::INT, Signal::TERM] {
        let mut terminal = watch(&course, "02.parallel_sum");
        terminal.wait_for(&["Not written yet."]);
        kill_process(Pid::from_raw(terminal.process()).expect("a number"), signal).expect("it can be sent a signal");
        terminal.ends_with(130);
        assert!(terminal.shows("Stopped."), "{}", terminal.screen());
    }
    course.assert_no_processes();
}

#[test]
fn leaving_during_a_build_leaves_nothing_behind() {
    let course = Course::ready();
    for key in ["q", "\u{3}"] {
        course.write(SOURCE, slow_to_build());
        let mut terminal = watch(&course, "02.parallel_sum");
        course.wait_for_process("--crate-name parallel_sum");
        terminal.press(key);
        terminal.ends_with(0);
        course.assert_no_processes();
    }
}

#[test]
fn a_fault_in_the_middle_gives_the_terminal_back() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    std::fs::remove_dir_all(course.root.join(".course")).expect("the folder can be removed");
    course.write(".course", "in the way");
    terminal.press("h");
    terminal.wait_for(&["is a file", "Move it away, then try again."]);
    course.remove(".course");
    terminal.press("h");
    terminal.wait_for(&["Hint 1 of 3"]);
    terminal.press("q");
    terminal.ends_with(0);
}

#[test]
fn an_unreadable_progress_file_is_said_on_the_screen() {
    let course = Course::ready();
    let mut terminal = watch(&course, "02.parallel_sum");
    terminal.wait_for(&["Not written yet."]);
    course.write(".course/progress.toml", "[[[");
    terminal.press("l");
    terminal.wait_for(&["0 of 6 exercises", "could not be understood", "progress.unreadable-1.toml"]);
    terminal.press("q");
    terminal.ends_with(0);
    assert_eq!(course.read(".course/progress.unreadable-1.toml"), "[[[");
}

#[test]
fn no_color_means_no_colour_in_a_terminal_either() {
    let course = Course::ready();
    course.write_body("return 1;");
    let mut terminal = Terminal::open(&course, &["check", "02.parallel_sum"], &[("NO_COLOR", "1")]);
    terminal.ends_with(1);
    let bytes = terminal.bytes();
    assert!(!bytes.contains(&0x1b), "{}", String::from_utf8_lossy(&bytes));
    let mut terminal = Terminal::open(&course, &["check", "02.parallel_sum"], &[]);
    terminal.ends_with(1);
    assert!(terminal.bytes().contains(&0x1b), "a terminal has colours");
    // Watch mode must move the cursor, but colours nothing.
    let mut terminal = Terminal::open(&course, &["watch", "02.parallel_sum"], &[("NO_COLOR", "1")]);
    terminal.wait_for(&["does not compile yet"]);
    terminal.press("q");
    terminal.ends_with(0);
    let bytes = terminal.bytes();
    let colour = bytes.windows(2).enumerate().filter(|(_, pair)| *pair == b"\x1b[").any(|(index, _)| {
        let rest = &bytes[index + 2..];
        let end = rest.iter().position(u8::is_ascii_alphabetic);
        end.is_some_and(|end| rest[end] == b'm')
    });
    assert!(!colour, "{}", String::from_utf8_lossy(&bytes));
}

#[test]
fn without_a_terminal_watch_prints_plain_lines() {
    let course = Course::ready();
    let mut command = course.command(&["watch", "02.parallel_sum"]);
    let output = course.root.join(".course/watch.txt");
    std::fs::create_dir_all(course.root.join(".course")).expect("a folder can be made");
    let file = std::fs::File::create(&output).expect("a file can be made");
    let mut child = command.stdout(file).stderr(std::process::Stdio::piped()).spawn().expect("the runner starts");
    let said = |part: &str| {
        let deadline = std::time::Instant::now() + crate::support::PATIENCE / 4;
        while !std::fs::read_to_string(&output).unwrap_or_default().contains(part) {
            assert!(std::time::Instant::now() < deadline, "it never says {part:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    said("Not written yet.");
    course.write_body("");
    said("✓ 02.parallel_sum");
    let text = std::fs::read_to_string(&output).expect("there is output");
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
    assert!(!text.contains("n next"), "keys are no use here: {text}");
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a number");
    kill_process(process, Signal::TERM).expect("it can be sent a signal");
    let status = child.wait().expect("it can be waited for");
    assert_eq!(status.code(), Some(130));
    course.assert_no_processes();
}

#[test]
fn the_bare_command_opens_the_first_unsolved_exercise() {
    let course = Course::ready();
    course.solve("process_batch");
    course.run(&["check", "02.process_batch"]).exits_with(0);
    let mut terminal = Terminal::open(&course, &[], &[]);
    terminal.wait_for(&["02.parallel_sum ·", "Not written yet.", "1/6", "q quit"]);
    terminal.press("q");
    terminal.ends_with(0);
}
