//! The user's environment, the course's Python, and an import that fails: none of them decides a grade.

use std::fs;
use std::path::Path;

use crate::support::{Folder, Grader, IDS, exercise, read_json, repository, run, score, solution, source};

/// Variables that people have in their shells, and that would change a verdict if they reached the judge. The last of
/// them end a Python, a pytest or a compiler at once.
const VARIABLES: [(&str, &str); 21] = [
    ("PYTEST_ADDOPTS", "--cov"),
    ("PYTEST_PLUGINS", "nonsense"),
    ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", ""),
    ("COURSE_EXAMPLES", "abc"),
    ("COURSE_POLL", "abc"),
    ("COURSE_GRADER_RECORD", "abc"),
    ("PYTHONPATH", "/nowhere"),
    ("PYTHONSTARTUP", "/nowhere"),
    ("PYTHONHOME", "/nowhere"),
    ("PYTHONHASHSEED", "nonsense"),
    ("HYPOTHESIS_STORAGE_DIRECTORY", "/nowhere"),
    ("HYPOTHESIS_PROFILE", "nonsense"),
    ("NUMPY_MADVISE_HUGEPAGE", "nonsense"),
    ("RAYON_NUM_THREADS", "nonsense"),
    ("RUST_BACKTRACE", "full"),
    ("RUSTFLAGS", "--nonsense"),
    ("CARGO_ENCODED_RUSTFLAGS", "--nonsense"),
    ("CARGO_BUILD_RUSTC_WRAPPER", "/nowhere"),
    ("RUSTC_WRAPPER", "/nowhere"),
    ("CARGO_TARGET_DIR", "/nowhere/target"),
    ("LC_ALL", "nonsense"),
];

#[test]
fn the_users_variables_reach_nobody() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide").solve("sum_as_string");
    // All that is kept must come from this run.
    let _ = fs::remove_dir_all(grader.work.join("manifests"));
    let report = folder.beside("report.json");
    let report_option = format!("json={}", report.display());
    let mut command =
        grader.command(&["--submission", folder.text(), IDS[0], IDS[1], "--report", &report_option, "--seed", "1"]);
    run(command.envs(VARIABLES)).exits_with(0);
    let report = read_json(&report);
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()));
    assert_eq!(score(&report, IDS[1]), (10.0, "passed".into()));
}

/// A library that ends every program that loads it.
#[test]
fn a_preloaded_library_reaches_no_test() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide");
    let code = folder.beside("preloaded.c");
    let library = folder.beside("preloaded.so");
    // The grader itself is loaded with it; what it starts is not.
    let text = "#include <stdlib.h>\n#include <string.h>\n#include <stdio.h>\n\
                __attribute__((constructor)) static void f(void) {\n\
                char name[256] = {0}; FILE *comm = fopen(\"/proc/self/comm\", \"r\");\n\
                if (comm) { fgets(name, 255, comm); fclose(comm); }\n\
                if (strncmp(name, \"course-grader\", 13) != 0) _Exit(9); }\n";
    fs::write(&code, text).unwrap();
    let compiled = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&code).status();
    if !compiled.is_ok_and(|status| status.success()) {
        return crate::support::not_simulated("a preloaded library: no C compiler on this machine");
    }
    let mut command = grader.command(&["--submission", folder.text(), IDS[0], "--report", "csv"]);
    run(command.env("LD_PRELOAD", &library)).exits_with(0).says(r#""5","5","5""#);
}

/// In `fill` of `module_face`, what runs while Python imports the module.
fn breaks_the_import(how: &str) -> String {
    let whole = solution("module_face");
    let (before, after) = whole.split_at(whole.find("PyResult<()> {").expect("the solution's `fill`") + 14);
    format!("{before}\n    {how}\n{after}")
}

#[test]
fn an_import_that_fails_costs_the_guilty_exercise_alone() {
    let grader = Grader::ready();
    for (how, said) in [
        ("panic!(\"broken\");", "broken"),
        ("return Err(pyo3::exceptions::PyValueError::new_err(\"no such thing\"));", "no such thing"),
        ("std::process::abort();", "SIGABRT"),
        ("std::process::exit(0);", "exit code 0"),
        ("loop { std::thread::sleep(std::time::Duration::from_secs(1)); }", "took too long"),
    ] {
        let folder = Folder::new();
        folder.solve("divide").solve("sum_as_string").write(&source("module_face"), breaks_the_import(how));
        let report = folder.beside("report.json");
        let report_option = format!("json={}", report.display());
        let ids = [IDS[0], IDS[1], "01.module_face"];
        let arguments = [&["--submission", folder.text(), "--report", &report_option][..], &ids].concat();
        grader.run(&arguments).exits_with(0);
        let report = read_json(&report);
        assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()), "{how}");
        assert_eq!(score(&report, IDS[1]), (10.0, "passed".into()), "{how}");
        assert_eq!(score(&report, ids[2]).0, 0.0, "{how}");
        let message = exercise(&report, ids[2])["message"].as_str().unwrap();
        assert!(message.contains("with it, Python cannot import the module") && message.contains(said), "{message}");
    }
}

#[test]
fn an_import_that_fails_costs_nothing_where_the_guilty_exercise_is_not_graded() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide").write(&source("module_face"), breaks_the_import("std::process::abort();"));
    grader.run(&["--submission", folder.text(), IDS[0], "--report", "csv"]).exits_with(0).says(r#""5","5","5""#);
}

#[test]
fn an_import_that_fails_is_the_only_exercises_own() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.write(&source("module_face"), breaks_the_import("std::process::abort();"));
    let report = folder.beside("report.json");
    let report_option = format!("json={}", report.display());
    grader.run(&["--submission", folder.text(), "01", "--report", &report_option]).exits_with(0);
    assert_eq!(score(&read_json(&report), "01.module_face").0, 0.0);
}

/// Packages that somebody once installed into the course's environment are not in the jail's.
#[test]
fn a_solution_left_in_the_courses_environment_cannot_be_loaded() {
    let grader = Grader::ready();
    let folder = Folder::new();
    let text = "\
use pyo3::prelude::*;

#[pyfunction]
pub fn divide(py: Python<'_>, a: f64, b: f64) -> PyResult<Py<PyAny>> {
    Ok(py.import(\"left_by_the_teacher\")?.getattr(\"divide\")?.call1((a, b))?.unbind())
}
";
    folder.write(&source("divide"), text);
    let python = repository().join(".venv/lib");
    let packages = fs::read_dir(&python).unwrap().flatten().next().unwrap().path().join("site-packages");
    let left = Removed(packages.join("left_by_the_teacher.py"));
    let code =
        "def divide(a, b):\n    if b == 0:\n        raise ValueError('Cannot divide by zero')\n    return a / b\n";
    fs::write(&left.0, code).unwrap();
    let (_, report) = grader.grade(&folder);
    assert_eq!(score(&report, IDS[0]).0, 0.0, "{report:#}");
}

/// A file that is removed with the value.
struct Removed(std::path::PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0); // The next run writes it anew.
    }
}

#[test]
fn without_a_network_the_first_grading_says_what_it_needs() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide");
    let work = folder.beside("work");
    let arguments = ["--submission", folder.text(), IDS[0], "--report", "csv", "--work", work.to_str().unwrap()];
    let mut command = std::process::Command::new(crate::support::program());
    command.args(arguments).current_dir(repository()).stdin(std::process::Stdio::null());
    command.env("COURSE_NO_UV", "1").env("PIP_INDEX_URL", "http://127.0.0.1:9/simple").env("PIP_RETRIES", "0");
    command.env("PIP_CACHE_DIR", folder.beside("cache"));
    run(&mut command)
        .exits_with(1)
        .says("Making the jail's own Python environment from the lock files, once…")
        .says("The packages of the jail's Python environment cannot be installed.")
        .says("needs the network, once");
    assert!(!work.join("manifests").exists(), "something was kept");
    assert!(!Path::new(&work.join("python/made-from.txt")).exists());
    drop(grader);
}
