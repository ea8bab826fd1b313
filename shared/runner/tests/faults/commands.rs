//! The promises of the commands, from anywhere, with and without colours.

use serde_json::Value;

use crate::support::{Course, MODULE, Ran, SOURCE, run};

fn document(ran: &Ran) -> Value {
    assert_eq!(ran.stdout.trim_end().lines().count(), 1, "there is more than one line on standard output: {ran:?}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn the_stub_fails_the_solution_passes_a_wrong_version_fails() {
    let course = Course::ready();
    let check = || course.run(&["check", "02.parallel_sum", "--json"]);

    let stub = check();
    stub.exits_with(1);
    let stub = document(&stub);
    assert_eq!(stub["exercises"][0]["status"], "failed");
    assert_eq!(stub["summary"], serde_json::json!({"passed": 0, "failed": 1}));

    course.solve("parallel_sum");
    let solved = check();
    solved.exits_with(0);
    let solved = document(&solved);
    assert_eq!(solved["schema"], "course/check/v1");
    assert_eq!(solved["summary"], serde_json::json!({"passed": 1, "failed": 0}));
    let exercise = &solved["exercises"][0];
    assert_eq!(exercise["id"], "02.parallel_sum");
    assert_eq!(exercise["module"], MODULE);
    assert_eq!(exercise["status"], "passed");
    assert!(exercise["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{exercise}");
    let artifact = exercise["artifact"]["path"].as_str().expect("the artifact has a path");
    assert!(std::path::Path::new(artifact).starts_with(&course.root), "{artifact} is not this copy's");
    assert_eq!(exercise["artifact"]["sha256"].as_str().map(str::len), Some(64));
    let tests = exercise["tests"].as_array().expect("there are tests");
    assert!(tests.iter().any(|test| test["name"] == "test_adds"), "Python's are there: {tests:?}");
    assert!(tests.iter().any(|test| test["name"] == "parallel_sum::adds"), "Rust's are there: {tests:?}");
    assert!(tests.iter().all(|test| test["status"] == "passed" && test["message"].is_string()), "{tests:?}");

    course.write(SOURCE, course.wrong_version("parallel_sum", "wrapping"));
    let wrong = check();
    wrong.exits_with(1);
    let wrong = document(&wrong);
    assert_eq!(wrong["exercises"][0]["status"], "failed");
    assert_ne!(wrong["exercises"][0]["artifact"]["sha256"], exercise["artifact"]["sha256"], "another file was judged");
    let messages = wrong["exercises"][0]["tests"].to_string();
    assert!(messages.contains("The sum wrapped round"), "{messages}");
}

#[test]
fn json_is_all_there_is_on_standard_output() {
    let course = Course::ready();
    course.limit_time(10);
    for (body, status) in [
        ("loop { println!(\"noise\"); }", "error"),
        ("println!(\"noise\"); eprintln!(\"noise\");", "passed"),
        ("let total = ;", "error"),
        ("std::process::exit(0);", "error"),
    ] {
        course.write_body(body);
        let ran = course.run(&["check", "02.parallel_sum", "02.process_batch", "--json"]);
        ran.exits_with(1);
        let document = document(&ran);
        assert_eq!(document["exercises"][0]["status"], status, "{body}: {document}");
        assert_eq!(document["exercises"].as_array().map(Vec::len), Some(2));
    }
    course.remove(&format!("modules/{MODULE}/tests/test_parallel_sum.py"));
    course.write_body("");
    let ran = course.run(&["check", "02.parallel_sum", "--json"]);
    ran.exits_with(2);
    assert_eq!(document(&ran)["exercises"][0]["status"], "not_run");
}

#[test]
fn hints_come_one_by_one_and_the_last_stays() {
    let course = Course::fresh("hints");
    for level in ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"] {
        course.run(&["hint", "02.parallel_sum"]).exits_with(0).says(level);
    }
    course.run(&["hint", "parallel_sum"]).says("That was the last one").says("--reveal");
    course.run(&["hint", "02.process_batch"]).exits_with(0).says("Hint 1 of 3 for 02.process_batch");
}

#[test]
fn reset_keeps_every_version() {
    let course = Course::fresh("reset");
    let stub = course.read(SOURCE);
    course.run(&["reset", "02.parallel_sum"]).exits_with(0).says("is the stub already.");
    for number in 1..=3 {
        let edited = format!("// version {number}, ünfinished");
        course.write(SOURCE, &edited);
        let kept = format!(".course/backups/{MODULE}/parallel_sum.{number}.rs");
        course.run(&["reset", "02.parallel_sum"]).exits_with(0).says(&format!("Your version is kept as {kept}"));
        assert_eq!(course.read(&kept), edited);
        assert_eq!(course.read(SOURCE), stub);
    }
    course.write(SOURCE, "// one");
    course.write(&format!("modules/{MODULE}/src/process_batch.rs"), "// two");
    course.run(&["reset", "02", "--module"]).exits_with(0).says("parallel_sum.4.rs").says("process_batch.1.rs");
}

#[test]
fn reset_of_a_file_that_two_exercises_share_undoes_both() {
    let course = Course::fresh("reset-shared");
    let catalogue = format!("modules/{MODULE}/course.toml");
    course.write(&catalogue, course.read(&catalogue).replace("src/process_batch.rs", "src/parallel_sum.rs"));
    course.write(SOURCE, "// both");
    let progress = ".course/progress.toml";
    course
        .write(progress, "solved = [\n    \"02.parallel_sum\",\n    \"02.process_batch\",\n    \"02.sum_array\",\n]\n");
    course.run(&["reset", "02.parallel_sum"]).exits_with(0).says("is the stub again.");
    let left = course.read(progress);
    assert!(!left.contains("parallel_sum") && !left.contains("process_batch") && left.contains("sum_array"), "{left}");
}

#[test]
fn the_solution_is_shown_once_it_is_earned_or_asked_for() {
    let course = Course::ready();
    course
        .run(&["solution", "02.parallel_sum"])
        .exits_with(1)
        .says("02.parallel_sum is not solved yet.")
        .says("--reveal")
        .never_says("i128");
    course.run(&["solution", "02.parallel_sum", "--reveal"]).exits_with(0).says("i128").says("-    todo!");
    course.write_body("");
    course.run(&["check", "02.parallel_sum"]).exits_with(0);
    course.run(&["solution", "02.parallel_sum"]).exits_with(0).says("(yours)").says("(ours)").says("par_iter");
    // An exercise that fails again is no longer earned.
    course.write_body("return Ok(0);");
    course.run(&["check", "02.parallel_sum"]).exits_with(1);
    course.run(&["solution", "02.parallel_sum"]).exits_with(1);
}

#[test]
fn the_list_shows_how_far_one_is() {
    let course = Course::ready();
    course.run(&["list"]).exits_with(0).says("0 of 6 exercises, 0 of").says("→ · 02.process_batch");
    course.solve("process_batch");
    course.run(&["check", "02.process_batch"]).exits_with(0);
    course
        .run(&["list"])
        .exits_with(0)
        .says("✓ 02.process_batch")
        .says("· 02.parallel_sum")
        .says("1/6")
        .says("█")
        .says("1 of 6 exercises, 5 of");
}

#[test]
fn without_a_terminal_the_bare_command_checks_once() {
    let course = Course::ready();
    course
        .run(&[])
        .exits_with(0)
        .says("02.process_batch")
        .says("Not written yet.")
        .says("In a terminal, `cargo course`");
    course.solve("process_batch");
    course.run(&[]).exits_with(0).says("✓ 02.process_batch").says("Next: 02.parallel_sum");
    course.run(&[]).exits_with(0).says("02.parallel_sum").says("Not written yet.");
}

#[test]
fn without_a_terminal_there_is_no_escape_byte() {
    let course = Course::ready();
    course.write_body("return 1;");
    for command in [&["check", "02.parallel_sum"][..], &["list"], &["doctor"], &["hint", "02.parallel_sum"], &["setup"]]
    {
        // Colours forced on cargo and rustc are not forced on us.
        let mut command = course.command(command);
        let ran = run(command.env("CARGO_TERM_COLOR", "always").env("CLICOLOR_FORCE", "1"));
        ran.never_says("\u{1b}");
    }
}

#[test]
fn it_works_from_any_folder_of_the_course() {
    let course = Course::ready();
    course.solve("process_batch");
    for folder in ["modules", &format!("modules/{MODULE}/src"), "shared/runner/src/commands", "target"] {
        let mut command = course.command(&["check", "process_batch"]);
        run(command.current_dir(course.root.join(folder))).exits_with(0).says("✓ 02.process_batch");
    }
}

#[test]
fn help_and_version_need_no_course() {
    let course = Course::fresh("help");
    for (option, words) in
        [("--help", "Usage: cargo course"), ("help", "Usage: cargo course"), ("--version", "course 0.")]
    {
        let mut command = course.command(&[option]);
        run(command.current_dir(std::env::temp_dir())).exits_with(0).says(words);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let course = Course::fresh("pipe");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "{ \"$0\" list; echo \"exit $?\" >&2; } | true", env!("CARGO_BIN_EXE_course")]);
    command.current_dir(&course.root);
    crate::support::tidy_environment(&mut command);
    run(&mut command).says("exit 0").never_says("panicked");
}
