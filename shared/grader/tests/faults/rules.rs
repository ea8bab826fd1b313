//! Tests are held to the rules on their page (`shared/python/README.md`).

use std::fs;
use std::path::Path;

use crate::support::{Folder, Grader, IDS, MODULE, exercise, read_json, repository, score, source};

#[test]
fn what_travels_and_what_does_not() {
    let grader = Grader::ready();
    let folder = Folder::new();
    let report = folder.beside("report.json");
    let solutions = repository().join("solutions");
    let hidden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let report_option = format!("json={}", report.display());
    let arguments = ["--submission", solutions.to_str().unwrap(), "05.on_chunk", "06.account"];
    let hidden = ["--hidden", hidden.to_str().unwrap(), "--report", &report_option];
    grader.run(&[&arguments[..], &hidden].concat()).exits_with(0);
    let report = read_json(&report);
    for (id, expected) in [("05.on_chunk", 9), ("06.account", 3)] {
        let tests = exercise(&report, id)["tests"].as_array().unwrap();
        let hidden: Vec<_> = tests.iter().filter(|test| test["hidden"] == true).collect();
        assert_eq!(hidden.len(), expected, "{hidden:#?}");
        assert!(hidden.iter().all(|test| test["status"] == "passed"), "{hidden:#?}");
    }
}

/// Returns an object that contains everything and is as long as it is told.
const LIAR: &str = "\
use pyo3::prelude::*;

#[pyclass]
struct Liar;

#[pymethods]
impl Liar {
    fn __contains__(&self, _item: Bound<'_, PyAny>) -> bool {
        true
    }
    fn __len__(&self) -> usize {
        1
    }
    fn __eq__(&self, _other: Bound<'_, PyAny>) -> bool {
        true
    }
}

#[pyfunction]
pub fn sum_as_string(py: Python<'_>, _a: Bound<'_, PyAny>, _b: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, Liar)?.into_any())
}
";

#[test]
fn a_bare_assert_takes_the_submissions_word() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.write(&source("sum_as_string"), LIAR);
    let hidden = folder.beside("hidden");
    fs::create_dir_all(hidden.join(MODULE)).unwrap();
    let tests = "\
import sum_as_string as module
from coursekit import expect

def test_in() -> None:
    assert '3' in module.sum_as_string(1, 2)

def test_len() -> None:
    assert len(module.sum_as_string(1, 2)) == 1

def test_equal() -> None:
    assert module.sum_as_string(1, 2) == '3'

def test_expect() -> None:
    expect(module.sum_as_string, 1, 2).returns('3')
";
    fs::write(hidden.join(MODULE).join("test_sum_as_string_bare.py"), tests).unwrap();
    let report = folder.beside("report.json");
    let report_option = format!("json={}", report.display());
    let arguments =
        ["--submission", folder.text(), IDS[1], "--hidden", hidden.to_str().unwrap(), "--report", &report_option];
    grader.run(&arguments).exits_with(0);
    let report = read_json(&report);
    let tests = exercise(&report, IDS[1])["tests"].as_array().unwrap();
    let status = |name: &str| {
        let found = tests.iter().find(|test| test["id"] == format!("{}::hidden::{name}", IDS[1])).unwrap();
        found["status"].as_str().unwrap().to_owned()
    };
    let passed = ["test_in", "test_len", "test_equal", "test_expect"].map(|name| status(name) == "passed");
    assert_eq!(passed, [true, true, false, false], "`in` and `len` are the submission's own; equality is not");
    assert!(score(&report, IDS[1]).0 < 2.0);
}
