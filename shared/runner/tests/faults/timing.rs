//! Interruptions and coincidences.

use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Course, Ran, SOURCE, finish, with_body};

/// Source code that takes rustc minutes.
pub(crate) fn slow_to_build() -> String {
    let slow = "#[allow(long_running_const_eval)]\nconst SLOW: u64 = {\n    let mut i = 0;\n    while i < 100_000_000_000 {\n        \
                i += 1;\n    }\n    i\n};\n";
    format!("{}{slow}", with_body("std::hint::black_box(SLOW);"))
}

/// Source code whose tests take long, sleeping with and without the interpreter.
fn slow_to_test() -> String {
    with_body("std::thread::sleep(std::time::Duration::from_secs(600));")
}

fn start(course: &Course, arguments: &[&str]) -> Child {
    let mut command = course.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the runner starts")
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("it has a number");
    kill_process(pid, signal).expect("it can be sent a signal");
}

fn is_stopped(course: &Course, ran: &Ran, source: &str) {
    ran.exits_with(130).says("Stopped.").never_says("panicked");
    assert!(ran.stdout.is_empty(), "there is no verdict to show: {ran:?}");
    assert_eq!(course.read(SOURCE), source);
    course.assert_no_processes();
}

#[test]
fn ctrl_c_during_the_build_ends_it_with_all_children() {
    let course = Course::ready();
    for signal in [Signal::INT, Signal::TERM] {
        course.write(SOURCE, slow_to_build());
        let child = start(&course, &["check", "02.parallel_sum"]);
        course.wait_for_process("--crate-name parallel_sum");
        send(&child, signal);
        is_stopped(&course, &finish(child), &slow_to_build());
    }
    // cargo's lock is free, and the next check is right.
    course.solve("parallel_sum");
    course.run(&["check", "02.parallel_sum"]).exits_with(0);
}

#[test]
fn ctrl_c_during_the_tests_ends_them_with_all_children() {
    let course = Course::ready();
    course.write(SOURCE, slow_to_test());
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let child = start(&course, &["check", "02.parallel_sum"]);
        // A file of its own for each check: there once the extension is built, gone when all is over.
        wait_for_extension(&course);
        std::thread::sleep(Duration::from_millis(300));
        send(&child, signal);
        is_stopped(&course, &finish(child), &slow_to_test());
        let left = std::fs::read_dir(course.root.join(".course/run")).map(|entries| entries.count()).unwrap_or(0);
        assert_eq!(left, 0, "the check's own folder is left");
    }
}

fn wait_for_extension(course: &Course) {
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    let placed = || {
        let folders = std::fs::read_dir(course.root.join(".course/run")).into_iter().flatten().flatten();
        folders.into_iter().any(|folder| folder.path().join("events.jsonl").exists())
    };
    while !placed() {
        assert!(std::time::Instant::now() < deadline, "the tests did not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn ctrl_c_with_json_leaves_no_half_document() {
    let course = Course::ready();
    course.write(SOURCE, slow_to_test());
    let child = start(&course, &["check", "02.parallel_sum", "--json"]);
    wait_for_extension(&course);
    send(&child, Signal::INT);
    is_stopped(&course, &finish(child), &slow_to_test());
}

#[test]
fn two_runners_on_one_exercise_are_both_right() {
    let course = Course::ready();
    for (solved, code) in [(true, 0), (false, 1)] {
        if solved {
            course.solve("parallel_sum");
        } else {
            course.write_body("return Ok(0);");
        }
        let children = [(); 3].map(|()| start(&course, &["check", "02.parallel_sum", "--json"]));
        for child in children {
            let ran = finish(child);
            ran.exits_with(code);
            let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one document");
            assert_eq!(document["exercises"][0]["status"], if solved { "passed" } else { "failed" });
        }
    }
}

#[test]
fn two_runners_do_not_lose_each_others_progress() {
    let course = Course::fresh("two hints");
    let children: Vec<Child> = ["parallel_sum", "process_batch", "sum_array", "parallel_sum", "cpu_intensive"]
        .iter()
        .map(|id| start(&course, &["hint", id]))
        .collect();
    for child in children {
        finish(child).exits_with(0);
    }
    let text = course.read(".course/progress.toml");
    for line in
        ["\"02.parallel_sum\" = 2", "\"02.process_batch\" = 1", "\"02.sum_array\" = 1", "\"02.cpu_intensive\" = 1"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
