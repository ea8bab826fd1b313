//! A teacher's own tests that cannot be right, or that nobody would run.

use std::fs;

use crate::support::{Folder, Grader, IDS, MODULE, Ran, exercise, read_json, score};

/// Grades a solved exercise and one that is broken in a way that only the hidden tests see.
fn graded_with(grader: &Grader, file: &str, test: &str) -> (Ran, Folder) {
    let class = Folder::new();
    let solution = crate::support::solution("divide");
    class.write(&format!("alice/{}", crate::support::source("divide")), &solution);
    let wrong = solution.replace("Ok(a / b)", "Ok(if a == 1234.5 { 0.0 } else { a / b })");
    class.write(&format!("bob/{}", crate::support::source("divide")), wrong);
    let hidden = class.beside("hidden");
    fs::create_dir_all(hidden.join(file).parent().unwrap()).unwrap();
    fs::write(hidden.join(file), test).unwrap();
    let out = class.beside("out");
    let mut arguments = vec!["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0], "--seed", "1"];
    arguments.extend([
        "--hidden",
        hidden.to_str().unwrap(),
        "--report",
        "markdown=grade.md",
        "--report",
        "junit=grade.xml",
    ]);
    let ran = grader.run(&arguments);
    (ran, class)
}

fn nobody_is_graded(class: &Folder) {
    assert!(!class.beside("out/gradebook.csv").exists());
    assert!(!class.beside("out/alice").exists() && !class.beside("out/bob").exists());
}

const GOOD: &str = "\
import sum_as_string
from coursekit import expect

def test_the_secret_number() -> None:
    expect(sum_as_string.divide, 1234.5, 1.0).returns(1234.5, because=\"the secret is 1234.5\")
";

#[test]
fn they_count_and_stay_hidden() {
    let grader = Grader::ready();
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/test_divide_more.py"), GOOD);
    ran.exits_with(0).says("2 graded, 0 not graded.");
    let [alice, bob] = ["alice", "bob"].map(|name| read_json(&class.beside(&format!("out/{name}/grade.json"))));
    assert_eq!(score(&alice, IDS[0]), (5.0, "passed".into()));
    let (points, status) = score(&bob, IDS[0]);
    assert!((4.5..5.0).contains(&points) && status == "failed", "{points} {status}");
    let tests = exercise(&bob, IDS[0])["tests"].as_array().unwrap();
    let hidden = tests.iter().find(|test| test["id"] == "01.divide::hidden::test_the_secret_number").unwrap();
    assert!(hidden["message"].as_str().unwrap().contains("the secret is 1234.5"), "the teacher sees it");
    for report in ["grade.md", "grade.xml"] {
        let text = fs::read_to_string(class.beside(&format!("out/bob/{report}"))).unwrap();
        assert!(text.contains("secret"), "the student sees its name");
        assert!(!text.contains("1234.5"), "the student sees its input");
    }
}

#[test]
fn a_reference_that_fails_them_stops_everything() {
    let grader = Grader::ready();
    let wrong = GOOD.replace("returns(1234.5", "returns(1.0");
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/test_divide_more.py"), &wrong);
    ran.exits_with(1)
        .says("The reference solution of 01.divide does not pass its hidden tests here: test_the_secret_number")
        .says("Mend the hidden tests");
    nobody_is_graded(&class);
}

/// Fails the first time that anybody runs it.
const FAILS_ONCE: &str = "\
from pathlib import Path

def test_the_machine() -> None:
    seen = Path(__file__).with_suffix(\".seen\")
    was_there = seen.exists()
    seen.touch()
    assert was_there, \"the first run\"
";

#[test]
fn a_reference_that_fails_once_is_asked_again_and_the_teacher_is_told() {
    let grader = Grader::ready();
    let test = format!("{GOOD}\n{FAILS_ONCE}");
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/test_divide_more.py"), &test);
    ran.exits_with(0).says("2 graded, 0 not graded.").says("01.divide failed a test; all its tests are run once more");
    let alice = read_json(&class.beside("out/alice/grade.json"));
    assert_eq!(score(&alice, IDS[0]), (5.0, "passed".into()));
}

#[test]
fn a_file_that_is_no_python() {
    let grader = Grader::ready();
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/test_divide_more.py"), "def test(:\n");
    ran.exits_with(1).says("does not pass its hidden tests").says("SyntaxError");
    nobody_is_graded(&class);
}

#[test]
fn tests_of_no_exercise() {
    let grader = Grader::ready();
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/test_multiply.py"), GOOD);
    ran.exits_with(1).says("test_multiply.py belongs to no exercise of 01_sum_as_string.").says("Call it test_");
    nobody_is_graded(&class);
    for file in ["1_sum_as_string/test_divide.py", "test_divide.py"] {
        let (ran, class) = graded_with(&grader, file, GOOD);
        ran.exits_with(1).says("belongs to no module of the course.").says("a folder named as the module");
        nobody_is_graded(&class);
    }
}

#[test]
fn a_folder_without_tests() {
    let grader = Grader::ready();
    let (ran, class) = graded_with(&grader, &format!("{MODULE}/divide_tests.py"), GOOD);
    ran.exits_with(1).says("holds no hidden tests.").says("such as");
    nobody_is_graded(&class);
}

#[test]
fn a_conftest_beside_hidden_tests_is_refused_and_one_above_them_is_not_read() {
    let submission = Folder::new();
    submission.solve("divide");
    let above = submission.beside("above");
    let module = above.join("hidden").join(MODULE);
    fs::create_dir_all(&module).unwrap();
    fs::write(module.join("test_divide_more.py"), GOOD).unwrap();
    fs::write(module.join("conftest.py"), "").unwrap();
    let hidden = above.join("hidden");
    let arguments = ["--submission", submission.text(), "--hidden", hidden.to_str().unwrap(), IDS[0]];
    let grader = Grader::ready();
    grader
        .run(&arguments)
        .exits_with(1)
        .says("conftest.py would not be read")
        .says("Write the fixtures into")
        .is_quiet();
    fs::remove_file(module.join("conftest.py")).unwrap();
    fs::write(above.join("conftest.py"), "raise SystemExit('read')").unwrap();
    grader.run(&arguments).exits_with(0);
}

#[test]
fn a_soft_test_could_not_stay_hidden() {
    let soft =
        GOOD.replace("def test_", "@pytest.mark.soft\ndef test_").replace("import sum", "import pytest\nimport sum");
    let (ran, class) = graded_with(&Grader::ready(), &format!("{MODULE}/test_divide_more.py"), &soft);
    ran.exits_with(1).says("has tests that are marked soft.").says("Leave the mark out").is_quiet();
    nobody_is_graded(&class);
}

/// Two exercises that talk to each other by a lock on a file that every jail shows.
const LOCKS: &str = r#"
use std::os::fd::AsRawFd as _;
use std::time::Duration;

unsafe extern "C" {
    fn flock(file: i32, operation: i32) -> i32;
}

const EXCLUSIVE: i32 = 2;
const DO_NOT_WAIT: i32 = 4;
const UNLOCK: i32 = 8;

fn lock(operation: i32) -> bool {
    let file = std::fs::File::open("/usr/bin/env").expect("a file that every jail shows");
    // SAFETY: the descriptor is open until the end of this function, or of the process.
    let is_locked = unsafe { flock(file.as_raw_fd(), operation) } == 0;
    if operation & DO_NOT_WAIT == 0 {
        std::thread::sleep(Duration::from_secs(6));
    } else if is_locked {
        unsafe { flock(file.as_raw_fd(), UNLOCK) };
    }
    is_locked
}
"#;

const TELLS: &str = r"
#[pyo3::pyfunction]
pub fn divide(a: f64, b: f64) -> f64 {
    if a == 1234.5 {
        lock(EXCLUSIVE);
    }
    a / b
}
";

const HEARS: &str = r#"
#[pyo3::pyfunction]
pub fn sum_as_string(_a: u64, _b: u64) -> &'static str {
    static HEARD: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let heard = || {
        (0..80).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            !lock(EXCLUSIVE | DO_NOT_WAIT)
        })
    };
    if *HEARD.get_or_init(heard) { "it is 1234.5" } else { "nothing was heard" }
}

pub fn checked_sum(_a: u64, _b: u64) -> Option<u64> {
    None
}
"#;

#[test]
fn an_input_of_one_exercise_reaches_no_public_test_of_another() {
    let grader = Grader::ready();
    let submission = Folder::new();
    let [tells, hears] = [TELLS, HEARS].map(|code| format!("#![allow(dead_code)]\n{LOCKS}{code}"));
    submission.write(&crate::support::source("divide"), tells);
    submission.write(&crate::support::source("sum_as_string"), hears);
    let hidden = submission.beside("hidden");
    fs::create_dir_all(hidden.join(MODULE)).unwrap();
    fs::write(hidden.join(MODULE).join("test_divide_more.py"), GOOD).unwrap();
    let report = submission.beside("report.json");
    let asked = format!("json={}", report.display());
    let words = ["--submission", submission.text(), "--hidden", hidden.to_str().unwrap(), "--report", &asked];
    grader.run(&[&words[..], &IDS, &["--jobs", "2"]].concat()).exits_with(0);
    let report = read_json(&report);
    let tests = exercise(&report, IDS[0])["tests"].as_array().unwrap();
    let hidden = tests.iter().filter(|test| test["hidden"] == true);
    let seconds: f64 = hidden.map(|test| test["seconds"].as_f64().unwrap()).sum();
    assert!(seconds > 5.0, "it did not lock the file: {report:#}");
    let heard = exercise(&report, IDS[1])["tests"].to_string();
    assert!(heard.contains("nothing was heard"), "{heard}");
    assert!(!heard.contains("1234.5"), "{heard}");
}
