//! The check ends with a plain explanation whatever a learner's code does, and the next check works.

use crate::support::{Course, MODULE, SOURCE, run, with_body};

/// The time limit of code that must be stopped by it.
const SHORT: u32 = 5;

/// The time limit of code that ends by itself, on a busy machine too.
const LONG: u32 = 120;

/// Checks `parallel_sum` with this body. It must end as "broken off", with these words, and be over for the next one.
fn breaks_off(body: &str, words: &[&str]) {
    breaks_off_with(&with_body(body), LONG, words);
}

/// Likewise, by the time limit.
fn is_stopped(body: &str, words: &[&str]) {
    breaks_off_with(&with_body(body), SHORT, words);
}

fn breaks_off_with(source: &str, seconds: u32, words: &[&str]) {
    let course = Course::ready();
    course.limit_time(seconds);
    course.write(SOURCE, source);
    let ran = course.run(&["check", "02.parallel_sum"]);
    ran.exits_with(1).says("broken off").says("cargo course hint 02.parallel_sum").never_says("RUST_BACKTRACE");
    // Its place in the interpreter helps nobody.
    ran.never_says("Fatal Python error").never_says("site-packages");
    for word in words {
        ran.says(word);
    }
    assert_eq!(course.read(SOURCE), source, "the learner's file is no longer what it was");
    course.assert_no_processes();
}

#[test]
fn an_endless_loop_meets_the_time_limit() {
    is_stopped(
        "loop { std::hint::spin_loop(); }",
        &["In test_adds: stopped after 5 s, still computing. Most likely a loop that never ends."],
    );
}

#[test]
fn an_endless_loop_in_the_kernel_ends_the_rust_tests_too() {
    let source = with_body("").replace(
        "    i64::try_from(numbers.iter()",
        "    while numbers.len() < usize::MAX { std::hint::spin_loop(); }\n    i64::try_from(numbers.iter()",
    );
    breaks_off_with(
        &source,
        SHORT,
        &[
            "In test_adds: stopped after 5 s, still computing.",
            "In the Rust tests: stopped after 5 s, still computing.",
        ],
    );
}

#[test]
fn a_lock_taken_twice_is_called_a_deadlock() {
    is_stopped(
        "let lock = std::sync::Mutex::new(0);\n    let _one = lock.lock();\n    let _two = lock.lock();",
        &["In test_adds: stopped after 5 s, waiting and not computing. Most likely a deadlock: a lock taken twice"],
    );
}

#[test]
fn waiting_attached_for_a_thread_that_must_attach_is_called_a_deadlock() {
    is_stopped(
        "let _ = std::thread::spawn(|| Python::attach(|_| ())).join();",
        &["waiting and not computing", "a thread that waits for the interpreter while you wait for the thread"],
    );
}

#[test]
fn an_abort_is_told() {
    breaks_off("std::process::abort();", &["In test_adds: the process aborted.", "`process::abort` does that"]);
}

#[test]
fn an_exit_with_success_is_no_success() {
    breaks_off(
        "std::process::exit(0);",
        &["In test_adds: the process ended itself with exit code 0, in the middle of the tests. \
             An extension must never call `process::exit`."],
    );
}

#[test]
fn a_read_from_nowhere_is_told() {
    breaks_off(
        "let address = std::hint::black_box(0_usize) as *const i64;\n    let _ = unsafe { address.read_volatile() };",
        &["In test_adds: the process died of a segmentation fault.", "a pointer to memory that is not yours"],
    );
}

#[test]
fn a_stack_overflow_is_told() {
    let recursion = "fn dive(depth: u64) -> u64 { std::hint::black_box(dive(depth + 1)) + std::hint::black_box(1) }";
    let source = with_body("let _ = dive(0);")
        .replace("i64::try_from(numbers.iter()", "let _ = dive(0);\n    i64::try_from(numbers.iter()");
    breaks_off_with(
        &format!("{source}\n#[allow(unconditional_recursion)]\n{recursion}\n"),
        LONG,
        &[
            "In test_adds: the process died of a segmentation fault. In safe Rust the usual cause is a stack overflow",
            "In the Rust tests: the stack overflowed: a function that calls itself without end.",
        ],
    );
}

#[test]
fn endless_output_is_cut_off() {
    breaks_off_with(
        &with_body("loop { println!(\"still here\"); }"),
        LONG, // A busy machine prints slowly, and this is not about time.
        &["In test_adds: stopped after 32 MiB of output. Most likely a loop that prints for ever."],
    );
}

#[test]
fn a_panic_that_cannot_leave_is_told() {
    breaks_off(
        "extern \"C\" fn callback() { panic!(\"from the callback\"); }\n    callback();",
        &[
            "In test_adds: the process aborted. It had panicked at modules/02_parallel_sum/src/parallel_sum.rs:",
            "A panic inside `extern \"C\"`",
            "from the callback",
        ],
    );
}

#[test]
fn a_panic_fails_its_test_and_lets_the_others_run() {
    let course = Course::ready();
    course.write_body("assert!(!numbers.is_empty(), \"nothing to add\");");
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("not yet")
        .says("called parallel_sum([])")
        .says("nothing to add")
        .never_says("broken off")
        .never_says("RUST_BACKTRACE");
}

#[test]
fn a_syntax_error_is_shown_as_rustc_shows_it() {
    let course = Course::ready();
    course.edit(SOURCE, "-> PyResult<i64> {", "-> PyResult<i64> {\n    let total = ;");
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("Your code does not compile yet. rustc says first (1 more below):")
        .says("error: expected expression, found `;`")
        .says("src/parallel_sum.rs:")
        .says("let total = ;")
        .says("^ expected expression");
}

/// The extension builds, so Python's tests have begun; they pass, and that must not count.
#[test]
fn a_kernel_that_the_rust_tests_cannot_call_is_an_error() {
    let course = Course::ready();
    let solution = course.read("solutions/02_parallel_sum/src/parallel_sum.rs");
    course.write(SOURCE, solution.replace("checked_sum", "another_name"));
    let ran = course.run(&["check", "02.parallel_sum", "--json"]);
    ran.exits_with(1).says(r#""status":"error""#).says("checked_sum").says(r#""tests":[]"#);
}

#[test]
fn a_type_error_keeps_its_code_and_help() {
    let course = Course::ready();
    course.write_body("return numbers.len();");
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says("error[E0308]: mismatched types");
}

#[test]
fn a_stub_is_not_written_yet_and_shows_no_trace() {
    let course = Course::ready();
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("Not written yet.")
        .says("cargo course hint 02.parallel_sum")
        .says(SOURCE)
        .never_says("panicked")
        .never_says("Traceback")
        .never_says("PanicException");
}

#[test]
fn a_panic_at_import_is_told() {
    let course = Course::ready();
    course.solve("parallel_sum");
    course.edit(
        &format!("modules/{MODULE}/src/lib.rs"),
        "mod python {",
        "mod python {\n    #[pymodule_init]\n    fn init(_module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {\n        \
         panic!(\"not today\")\n    }\n",
    );
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("✗ 02.parallel_sum")
        .says("Python cannot import the extension.")
        .says("not today")
        .never_says("RUST_BACKTRACE");
}

#[test]
fn an_abort_at_import_is_told() {
    let course = Course::ready();
    course.edit(
        &format!("modules/{MODULE}/src/lib.rs"),
        "mod python {",
        "mod python {\n    #[pymodule_init]\n    fn init(_module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {\n        \
         std::process::abort()\n    }\n",
    );
    course
        .run(&["check", "02.process_batch"])
        .exits_with(1)
        .says("While the extension was loaded: the process aborted.");
}

#[test]
fn a_thread_that_outlives_the_tests_holds_nothing_up() {
    let course = Course::ready();
    course.write_body("std::thread::spawn(|| loop { std::thread::sleep(std::time::Duration::from_secs(1)) });");
    course.run(&["check", "02.parallel_sum"]).exits_with(0).says("passed");
    course.assert_no_processes();
}

#[test]
fn after_every_crash_the_next_check_is_right() {
    let course = Course::ready();
    course.write_body("std::process::abort();");
    course.run(&["check", "02.parallel_sum"]).exits_with(1);
    course.solve("parallel_sum");
    course.run(&["check", "02.parallel_sum"]).exits_with(0).says("✓ 02.parallel_sum");
    course.write_body("return Ok(0);");
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says("not yet").says("got 0").says("expected 6");
}

#[test]
fn the_users_variables_reach_no_test() {
    let course = Course::ready();
    course.solve("parallel_sum");
    let mut command = course.command(&["check", "02.parallel_sum"]);
    for (name, value) in [
        ("PYTEST_ADDOPTS", "--cov"),
        ("PYTEST_PLUGINS", "nonsense"),
        ("PYTHONPATH", "/nowhere"),
        ("PYTHONSTARTUP", "/nowhere"),
        ("HYPOTHESIS_STORAGE_DIRECTORY", "/nowhere"),
        ("NUMPY_MADVISE_HUGEPAGE", "nonsense"),
        ("RAYON_NUM_THREADS", "nonsense"),
        ("RUST_BACKTRACE", "full"),
        ("COURSE_EXAMPLES", "20"),
    ] {
        command.env(name, value);
    }
    run(&mut command).exits_with(0);
}

#[test]
fn a_number_of_examples_that_is_none_is_named() {
    let course = Course::ready();
    course.solve("parallel_sum");
    for nonsense in ["abc", "0", "-3", "1e3"] {
        run(course.command(&["check", "02.parallel_sum"]).env("COURSE_EXAMPLES", nonsense))
            .exits_with(2)
            .says(&format!("COURSE_EXAMPLES is \"{nonsense}\"; it takes a whole number from 1 to 1000000."));
    }
}
