//! The `result` output of an autograding step of GitHub Classroom: JSON in base64, as its grading reporter reads it
//! from an environment variable. GitHub Classroom was retired in August 2026; the reporter's form lives on in copies of
//! it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Entry, conditions, entries, name, number, outcome, seconds_of_exercise, seconds_of_grade};
use crate::grade::Grade;
use crate::score::points::Points;
use crate::test_status::Status;
use crate::untrusted_text::Limits;

/// Linux takes 128 KiB for one environment variable, its name included; this much JSON stays below that in base64.
const LARGEST: usize = 90_000;

/// Most lines about what qualifies the grade.
const CONDITIONS: usize = 20;

/// The limits on messages, from the most to the least.
const LIMITS: [Limits; 3] = [Limits::BRIEF, Limits { lines: 8, chars: 400 }, Limits { lines: 0, chars: 0 }];

pub(super) fn render(grade: &Grade) -> String {
    let entries: Vec<_> = grade.exercises.iter().flat_map(entries).collect();
    let full = LIMITS.into_iter().map(|limits| entries.iter().map(|entry| test(entry, limits)).collect());
    let brief = std::iter::once_with(|| exercises(grade));
    let documents = full.chain(brief).map(|tests| document(grade, tests).to_string());
    let fitting = documents.into_iter().find(|document| document.len() <= LARGEST);
    STANDARD.encode(fitting.unwrap_or_else(|| document(grade, vec![total(grade)]).to_string()))
}

fn document(grade: &Grade, tests: Vec<Value>) -> Value {
    let passed = grade.exercises.iter().all(|exercise| exercise.status == Status::Passed);
    let mut conditions = conditions(grade);
    if conditions.len() > CONDITIONS {
        let more = conditions.split_off(CONDITIONS).len();
        conditions.push(format!("… and {more} more; see the other reports"));
    }
    json!({
        "version": 1,
        "status": if passed { "pass" } else { "fail" },
        "max_score": number(grade.max_score()),
        "tests": tests,
        "conditions": conditions,
    })
}

fn test(entry: &Entry<'_>, limits: Limits) -> Value {
    let details = if limits.lines == 0 { String::new() } else { entry.message_for_student(limits) };
    let message = match (entry.passed(), details.is_empty()) {
        (true, _) => String::new(),
        (false, true) => outcome(entry.status).to_owned(),
        (false, false) => format!("{}\n{details}", outcome(entry.status)),
    };
    row(&entry.name(), entry.status, entry.score, &message, entry.seconds_for_student().unwrap_or(0.0))
}

/// One row an exercise, where one a test is too much.
fn exercises(grade: &Grade) -> Vec<Value> {
    let rows = grade.exercises.iter();
    rows.map(|exercise| {
        row(
            &name(&exercise.id),
            exercise.status,
            exercise.score,
            outcome(exercise.status),
            seconds_of_exercise(grade, exercise),
        )
    })
    .collect()
}

/// One row for everything, because the points must not be lost.
fn total(grade: &Grade) -> Value {
    let status = if grade.score() == grade.max_score() { Status::Passed } else { Status::Failed };
    row("grade", status, grade.score(), "too many tests to list here; see the other reports", seconds_of_grade(grade))
}

fn row(name: &str, status: Status, score: Points, message: &str, seconds: f64) -> Value {
    let status = match status {
        Status::Passed => "pass",
        Status::Failed | Status::Skipped => "fail",
        Status::Error | Status::Crashed | Status::TimedOut | Status::NotRun => "error",
    };
    json!({
        "name": name,
        "status": status,
        "score": number(score),
        "message": message,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "execution_time": format!("{seconds}s"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal, points_of};
    use super::*;

    fn read(grade: &Grade) -> Value {
        let encoded = render(grade);
        assert!(encoded.len() < 128 * 1024 - 100);
        assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
        let text = String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("UTF-8");
        assert_quiet(&text);
        serde_json::from_str(&text).expect("JSON")
    }

    fn check(grade: &Grade, document: &Value) {
        assert_eq!(points_of(&document["max_score"]), grade.max_score());
        let tests = document["tests"].as_array().expect("a list");
        assert_eq!(tests.iter().map(|test| points_of(&test["score"])).sum::<Points>(), grade.score());
        for test in tests {
            // The reporter prints these to the log of a run.
            assert_quiet(test["message"].as_str().expect("a text"));
            assert_quiet(test["name"].as_str().expect("a text"));
        }
    }

    #[test]
    fn a_normal_grade() {
        let document = read(&normal());
        check(&normal(), &document);
        assert_eq!(document["status"], "fail");
        assert_eq!(
            document["tests"][0],
            json!({
                "name": "02.parallel_sum::test_adds", "status": "pass", "score": 3.34, "message": "", "test_code": "",
                "filename": "", "line_no": 0, "execution_time": "0.013s",
            })
        );
        assert_eq!(document["tests"][1]["message"], "failed\n│ sum([1, 2])\n│ got: 4");
        assert!(!document.to_string().contains("secret input"));
    }

    #[test]
    fn an_empty_grade() {
        let document = read(&empty());
        check(&empty(), &document);
        assert_eq!(document["status"], "pass");
    }

    #[test]
    fn a_hostile_grade() {
        check(&hostile(), &read(&hostile()));
    }

    #[test]
    fn too_much_is_told_more_briefly() {
        let mut grade = normal();
        let one = grade.exercises[0].clone();
        for count in [30, 400, 3_000] {
            grade.exercises = vec![one.clone(); count];
            check(&grade, &read(&grade));
        }
    }

    proptest! {
        #[test]
        fn scores_come_back(grade in grades()) {
            check(&grade, &read(&grade));
        }
    }
}
