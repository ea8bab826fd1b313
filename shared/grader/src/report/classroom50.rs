//! `classroom50/result/v1`, the `result.json` of an autograder of Classroom 50.
//!
//! Its scores are integers, ours are hundredths: so scores here are counted in hundredths of a point, always and for
//! everybody. 7.25 of 10 points are 725 of 1000. Nothing is rounded, sums stay sums, and percentages are right. A unit
//! that changed with the grade (points where all are whole) would make two students' numbers incomparable.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Entry, conditions, entries, pretty};
use crate::grade::Grade;
use crate::score::points::Points;
use crate::untrusted_text::{Limits, line};

/// The place of a submission, as Classroom 50 gives it in the environment of an autograder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Classroom {
    /// Its short name.
    pub(crate) classroom: String,
    /// The assignment's.
    pub(crate) assignment: String,
    /// `individual`, `group` or `team`. The runner of Classroom 50 sets it again, as `owner` and `datetime`.
    pub(crate) assignment_type: String,
    /// The owner of the repository.
    pub(crate) owner: String,
    /// The tag, `submit/…`.
    pub(crate) submission: String,
    /// The URL of the graded commit.
    pub(crate) commit: String,
    /// The URL of the release.
    pub(crate) release: String,
    /// The URL of all changes.
    pub(crate) review: String,
    /// The time of the submission, `2026-06-01T14:32:01Z`.
    pub(crate) datetime: String,
}

impl Default for Classroom {
    /// For a try at one's own machine. The collector of Classroom 50 refuses it, since the classroom is another.
    fn default() -> Self {
        let nowhere = || "none".to_owned();
        Self {
            classroom: nowhere(),
            assignment: nowhere(),
            assignment_type: "individual".to_owned(),
            owner: nowhere(),
            submission: "submit/none".to_owned(),
            commit: nowhere(),
            release: nowhere(),
            review: nowhere(),
            datetime: utc(UNIX_EPOCH),
        }
    }
}

impl Classroom {
    /// Asks the environment, by way of `variable`.
    ///
    /// # Errors
    /// A sentence that names the variables that are missing.
    pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<String>, now: SystemTime) -> Result<Self, String> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let needed = ["CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL"];
        let missing: Vec<_> = needed.into_iter().filter(|name| variable(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(format!(
                "The report classroom50 needs {} in the environment. The runner of Classroom 50 sets them; \
                 anywhere else, ask for --report json.",
                missing.join(", ")
            ));
        }
        let or = |name, other: String| variable(name).unwrap_or(other);
        let outside = Self::default();
        let commit = or("COMMIT_URL", outside.commit);
        Ok(Self {
            classroom: or("CLASSROOM", outside.classroom),
            assignment: or("ASSIGNMENT", outside.assignment),
            assignment_type: or("ASSIGNMENT_TYPE", outside.assignment_type),
            owner: or("OWNER", or("USERNAME", outside.owner)),
            submission: or("SUBMISSION_TAG", outside.submission),
            release: or("RELEASE_URL", outside.release),
            review: or("REVIEW_URL", commit.clone()),
            commit,
            datetime: utc(now),
        })
    }
}

pub(super) fn render(grade: &Grade, classroom: &Classroom) -> String {
    let mut tests: Vec<_> = grade.exercises.iter().flat_map(entries).map(|entry| test(&entry)).collect();
    tests.push(about(grade));
    pretty(&json!({
        "schema": "classroom50/result/v1",
        "classroom": classroom.classroom,
        "assignment": classroom.assignment,
        "assignment_type": classroom.assignment_type,
        "owner": classroom.owner,
        "submission": classroom.submission,
        "commit": classroom.commit,
        "release": classroom.release,
        "review": classroom.review,
        "datetime": classroom.datetime,
        "score": integer(grade.score()),
        "max-score": integer(grade.max_score()),
        "tests": tests,
    }))
}

/// Points in the unit of this format.
fn integer(points: Points) -> u64 {
    points.hundredths()
}

/// The contract keeps further fields of a test as they are.
fn test(entry: &Entry<'_>) -> Value {
    let mut test = json!({
        "test-name": entry.name(),
        "passed": entry.passed(),
        "score": integer(entry.score),
        "max-score": integer(entry.max_score),
        "status": entry.status.name(),
        "soft": entry.soft,
        "message": entry.message_for_student(Limits::BRIEF),
    });
    if let Some(seconds) = entry.seconds_for_student() {
        test["seconds"] = json!(seconds);
    }
    test
}

/// The document itself takes no further fields, so the conditions of the grade are a test worth nothing, at the end.
/// Its name is all that the release's table shows.
fn about(grade: &Grade) -> Value {
    let conditions = conditions(grade);
    let name = format!("Not a test. Scores are in hundredths of a point. {}", conditions.join(" "));
    json!({
        "test-name": line(&name, 1000),
        "passed": true,
        "score": 0,
        "max-score": 0,
        "conditions": conditions,
    })
}

/// Date and time in the form that Classroom 50 wants, after Howard Hinnant's `civil_from_days`.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468; // days since 1 March of year 0
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal};
    use super::*;

    fn read(grade: &Grade) -> Value {
        let text = render(grade, &Classroom::default());
        assert_quiet(&text);
        serde_json::from_str(&text).expect("JSON")
    }

    /// The checks of Classroom 50's runner and collector beyond the schema, in our words.
    fn check(grade: &Grade, document: &Value) {
        let integer = |value: &Value| value.as_u64().expect("an integer");
        assert_eq!(integer(&document["score"]), grade.score().hundredths());
        assert_eq!(integer(&document["max-score"]), grade.max_score().hundredths());
        let tests = document["tests"].as_array().expect("a list");
        for (whole, part) in [("score", 0), ("max-score", 1)] {
            let sum: u64 = tests.iter().map(|test| [integer(&test["score"]), integer(&test["max-score"])][part]).sum();
            assert_eq!(sum, integer(&document[whole]));
        }
        for test in tests {
            assert!(integer(&test["score"]) <= integer(&test["max-score"]));
            assert!(test["passed"].is_boolean());
            assert!(test["test-name"].as_str().is_some_and(|name| !name.is_empty()));
        }
    }

    #[test]
    fn a_normal_grade() {
        let document = read(&normal());
        check(&normal(), &document);
        assert_eq!((&document["score"], &document["max-score"]), (&json!(1334), &json!(2500)));
        let last = document["tests"].as_array().and_then(|tests| tests.last()).expect("conditions");
        assert!(last["test-name"].as_str().is_some_and(|name| name.contains("NOT ENFORCED: network")));
        assert!(!document.to_string().contains("secret input"));
    }

    #[test]
    fn an_empty_and_a_hostile_grade() {
        check(&empty(), &read(&empty()));
        check(&hostile(), &read(&hostile()));
        // The collector takes 10 MiB.
        assert!(render(&hostile(), &Classroom::default()).len() < 10 << 20);
    }

    #[test]
    fn asks_the_environment() {
        let missing = Classroom::from_environment(|_| None, UNIX_EPOCH).expect_err("nothing is set");
        assert!(missing.contains("CLASSROOM, ASSIGNMENT, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL"));
        let set = Classroom::from_environment(|name| (name != "REVIEW_URL").then(|| name.to_lowercase()), UNIX_EPOCH);
        let set = set.expect("everything is set");
        assert_eq!(
            (set.classroom.as_str(), set.review.as_str(), set.owner.as_str()),
            ("classroom", "commit_url", "owner")
        );
    }

    #[test]
    fn tells_the_time() {
        for (seconds, time) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_780_324_321, "2026-06-01T14:32:01Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), time);
        }
    }

    proptest! {
        #[test]
        fn scores_come_back(grade in grades()) {
            check(&grade, &read(&grade));
        }
    }
}
