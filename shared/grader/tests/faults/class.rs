//! A class of all sorts, graded twice: in another order, interrupted, resumed. The gradebook is the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Folder, Grader, IDS, finish, signal, solution, source, start, wait_until};

/// Each student's `divide`, and its worth: all, some, nothing, or no grade at all. A signature
/// alone is worth nothing, though PyO3 refuses arguments of a wrong type before the body is reached, and a test of that
/// passes.
const CLASS: [(&str, &str, Worth); 12] = [
    ("solution", "", Worth::All),
    (
        "another style",
        "if b == 0.0 { Err(PyValueError::new_err(\"Cannot divide by zero\")) } else { Ok(a / b) }",
        Worth::All,
    ),
    (
        "near zero",
        "if b.abs() < 1e-300 { return Err(PyValueError::new_err(\"Cannot divide by zero\")); } Ok(a / b)",
        Worth::Some,
    ),
    ("unchecked", "Ok(a / b)", Worth::Some),
    (
        "wrong way round",
        "if b == 0.0 { return Err(PyValueError::new_err(\"Cannot divide by zero\")); } Ok(b / a)",
        Worth::Some,
    ),
    ("unwritten", "panic!(\"not yet implemented\")", Worth::Nothing),
    ("panics", "panic!(\"36 passed, 0 failed\\n::error::x\")", Worth::Nothing),
    ("ends the process", "std::process::exit(0)", Worth::Nothing),
    ("aborts", "std::process::abort()", Worth::Nothing),
    ("does not compile", "Ok(a / c)", Worth::Nothing),
    ("nothing known", "", Worth::NoGrade),
    ("a file", "", Worth::NoGrade),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    All,
    Some,
    Nothing,
    NoGrade,
}

/// Lays the class out, each under the name that `name` makes of the number.
fn lay_out(name: impl Fn(usize) -> String) -> Folder {
    let class = Folder::new();
    for (number, (kind, body, _)) in CLASS.iter().enumerate() {
        let folder = name(number);
        let text = format!(
            "#![allow(warnings)]\nuse pyo3::exceptions::PyValueError;\nuse pyo3::prelude::*;\n\n#[pyfunction]\n\
             pub fn divide(a: f64, b: f64) -> PyResult<f64> {{\n    {body}\n}}\n"
        );
        match *kind {
            "solution" => class.write(&format!("{folder}/{}", source("divide")), solution("divide")),
            "nothing known" => class.write(&format!("{folder}/notes.txt"), ""),
            "a file" => class.write(&folder, "PK"),
            _ => class.write(&format!("{folder}/{}", source("divide")), text),
        };
    }
    class
}

/// The gradebook's rows by the number of the student.
fn gradebook(text: &str) -> BTreeMap<usize, Vec<String>> {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let rows = rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| (row[0].rsplit(' ').next().unwrap().parse().unwrap(), row[1..].to_vec())).collect()
}

#[test]
fn twelve_submissions_twice() {
    let grader = Grader::ready();
    let arguments = |class: &Folder, jobs: &str| {
        let out = class.beside("out");
        ["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0], "--seed", "11", "--jobs", jobs]
            .map(str::to_owned)
    };
    let first = lay_out(|number| format!("student {number}"));
    let line = arguments(&first, "2");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    grader.run(&line).exits_with(0).says("10 graded, 2 not graded.").is_quiet();
    let text = fs::read_to_string(first.beside("out/gradebook.csv")).unwrap();
    let book = gradebook(&text);
    for (number, (kind, _, worth)) in CLASS.iter().enumerate() {
        let points = book.get(&number).map(|row| row[0].parse::<f64>().unwrap());
        let as_expected = match worth {
            Worth::All => points == Some(5.0),
            Worth::Some => points.is_some_and(|points| points > 0.0 && points < 5.0),
            Worth::Nothing => points == Some(0.0),
            Worth::NoGrade => points.is_none(),
        };
        assert!(as_expected, "{kind}: {points:?}");
    }
    let missing = fs::read_to_string(first.beside("out/not-graded.txt")).unwrap();
    assert!(
        missing.contains("student 10: not graded. ") && missing.contains("student 11: not graded. It is no folder."),
        "{missing}"
    );
    grader.assert_no_processes();

    // 5 and 12 have no common divisor, so each comes elsewhere.
    let second = lay_out(|number| format!("{:02} student {number}", number * 5 % 12));
    let line = arguments(&second, "1");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    for graded in [2, 5] {
        let child = start(&mut grader.command(&line));
        let keys = || {
            fs::read_dir(second.beside("out"))
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.path().join("grade.key").exists())
                .count()
        };
        wait_until("some are graded", || keys() >= graded);
        signal(&child, if graded == 2 { "INT" } else { "KILL" });
        finish(child);
    }
    grader.run(&line).exits_with(0).says("10 graded, 2 not graded.");
    assert_eq!(gradebook(&fs::read_to_string(second.beside("out/gradebook.csv")).unwrap()), book);

    // Once more, and nobody is graded again.
    let before = fs::metadata(first.beside("out/student 3/grade.json")).unwrap().modified().unwrap();
    let line = arguments(&first, "2");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    grader.run(&line).exits_with(0);
    assert_eq!(fs::read_to_string(first.beside("out/gradebook.csv")).unwrap(), text);
    assert_eq!(fs::metadata(first.beside("out/student 3/grade.json")).unwrap().modified().unwrap(), before);
}

/// The report tells students to hand in a copy. If they do, they are graded anew, though each byte is the same.
#[test]
fn a_copy_in_place_of_a_hard_link_is_graded_anew() {
    let grader = Grader::ready();
    let class = Folder::new();
    class.write(&format!("anna/{}", source("divide")), solution("divide"));
    let path = Path::new(class.text()).join("anna").join(source("divide"));
    let other = class.beside("the same file");
    fs::hard_link(&path, &other).unwrap();
    let out = class.beside("out");
    let line = ["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0], "--seed", "11"];
    let points = || {
        grader.run(&line).exits_with(0);
        let text = fs::read_to_string(out.join("gradebook.csv")).unwrap();
        text.lines()
            .find(|line| line.contains("anna"))
            .map(|line| line.split(',').nth(1).unwrap().trim_matches('"').to_owned())
    };
    let linked = points();
    assert_ne!(linked.as_deref(), Some("5"), "a hard link was taken");
    fs::remove_file(&other).unwrap();
    assert_eq!(points().as_deref(), Some("5"));
}
