//! `results.json` of a Gradescope autograder. Everything is declared as plain text, so that no output is taken for
//! markup.

use serde_json::{Value, json};

use super::{Entry, NAME, conditions, entries, name, number, outcome, pretty, seconds_of_grade};
use crate::grade::Grade;
use crate::untrusted_text::{Limits, line, plain};

pub(super) fn render(grade: &Grade) -> String {
    let tests = grade.exercises.iter().flat_map(|exercise| {
        let mut tests: Vec<_> = entries(exercise).iter().map(test).collect();
        if let Some(first) = tests.iter_mut().find(|test| test["visibility"] == "visible") {
            explain(first, &exercise.message);
        }
        tests
    });
    pretty(&json!({
        "score": number(grade.score()),
        "execution_time": seconds_of_grade(grade),
        "output": said_above(grade),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        // The grader's own output is for the teacher.
        "stdout_visibility": "hidden",
        "tests": tests.collect::<Vec<_>>(),
        "extra_data": {"max_score": number(grade.max_score()), "seed": grade.seed.to_string()},
    }))
}

/// Most ignored files that are named.
const SHOWN: usize = 20;

/// The text above the tests: the limits to trust in the grade, and the files that do not count.
fn said_above(grade: &Grade) -> String {
    let mut lines = conditions(grade);
    if !grade.ignored.is_empty() {
        lines.push(format!("{} files were ignored:", grade.ignored.len()));
        let files = grade.ignored.iter().take(SHOWN);
        // The dash in front: a file named ":" would make a command of the line.
        lines.extend(files.map(|file| format!("- {}: {}", name(&file.path), line(&file.reason, NAME))));
    }
    lines.join("\n")
}

/// A hidden test shows when the teacher publishes the grades, and then with its message.
fn test(entry: &Entry<'_>) -> Value {
    let mut output = if entry.passed() { String::new() } else { outcome(entry.status).to_owned() };
    let message = plain(entry.message, Limits::FULL);
    if !message.is_empty() {
        output = format!("{output}\n{message}").trim_start().to_owned();
    }
    let mut about = json!({"status": entry.status.name(), "soft": entry.soft});
    if let Some(seconds) = entry.seconds_for_student() {
        about["seconds"] = json!(seconds);
    }
    json!({
        "name": entry.name(),
        "name_format": "text",
        "score": number(entry.score),
        "max_score": number(entry.max_score),
        "status": if entry.passed() { "passed" } else { "failed" },
        "output": output,
        "output_format": "text",
        "visibility": if entry.hidden() { "after_published" } else { "visible" },
        "extra_data": about,
    })
}

/// Puts the reason for missing results with the first test that students see: Gradescope knows no groups of tests.
fn explain(first: &mut Value, message: &str) {
    let message = plain(message, Limits::FULL);
    let output = first["output"].as_str().unwrap_or_default();
    if !message.is_empty() && !output.ends_with(&message) {
        first["output"] = json!(format!("{output}\n{message}").trim_start());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal, points_of};
    use super::*;
    use crate::score::points::Points;

    fn read(grade: &Grade) -> Value {
        let text = render(grade);
        assert_quiet(&text);
        serde_json::from_str(&text).expect("JSON")
    }

    fn check(grade: &Grade, document: &Value) {
        assert_eq!(points_of(&document["score"]), grade.score());
        let tests = document["tests"].as_array().expect("a list");
        let sum = |field| tests.iter().map(|test| points_of(&test[field])).sum::<Points>();
        assert_eq!((sum("score"), sum("max_score")), (grade.score(), grade.max_score()));
        assert_quiet(document["output"].as_str().expect("a text"));
        for test in tests {
            assert_quiet(test["output"].as_str().expect("a text"));
            assert_quiet(test["name"].as_str().expect("a text"));
        }
    }

    #[test]
    fn a_normal_grade() {
        let document = read(&normal());
        check(&normal(), &document);
        let visibility = |index: usize| document["tests"][index]["visibility"].as_str().expect("a text");
        assert_eq!((visibility(1), visibility(2)), ("visible", "after_published"));
        assert_eq!(document["tests"][1]["output"], "failed\n│ sum([1, 2])\n│ got: 4");
        assert!(document["tests"][5]["output"].as_str().is_some_and(|output| output.contains("│ error[E0308]")));
        let output = document["output"].as_str().expect("a text");
        assert!(output.contains("\nNOT ENFORCED: network"), "{output}");
        assert!(
            output.ends_with("\n1 files were ignored:\n- modules/02/tests/conftest.py: not an exercise's file"),
            "{output}"
        );
    }

    #[test]
    fn an_empty_and_a_hostile_grade() {
        check(&empty(), &read(&empty()));
        check(&hostile(), &read(&hostile()));
    }

    proptest! {
        #[test]
        fn scores_come_back(grade in grades()) {
            check(&grade, &read(&grade));
        }
    }
}
