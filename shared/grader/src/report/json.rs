//! `course/grade/v1`: the whole grade, for the teacher's own tools. Names sort alphabetically, so equal grades are
//! equal texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Entry, LISTED, NAME, name, number, pretty, seconds, soft_points};
use crate::grade::{ExerciseGrade, Grade, TestGrade, Visibility};
use crate::score::points::Points;
use crate::test_status::Status;
use crate::untrusted_text::{Limits, line, plain};

pub(super) fn render(grade: &Grade) -> String {
    let (soft_score, soft_max_score) = soft_points(grade);
    pretty(&json!({
        "schema": "course/grade/v1",
        "submission": line(&grade.submission, NAME),
        "score": number(grade.score()),
        "max_score": number(grade.max_score()),
        "soft_share": grade.soft_share,
        "soft": {"score": number(soft_score), "max_score": number(soft_max_score)},
        "exercises": grade.exercises.iter().map(exercise).collect::<Vec<_>>(),
        "not_enforced": grade.not_enforced.iter().take(LISTED).map(|what| line(what, NAME)).collect::<Vec<_>>(),
        "ignored": ignored(grade),
        "ignored_count": grade.ignored.len(),
        "flags": flags(grade),
        "flags_count": grade.flags.len(),
        "versions": versions(grade),
        // Text: many readers of JSON round integers beyond 2^53, and another seed is another grade.
        "seed": grade.seed.to_string(),
        "seconds": seconds(grade.seconds),
    }))
}

fn exercise(exercise: &ExerciseGrade) -> Value {
    json!({
        "id": name(&exercise.id),
        "module": line(&exercise.module, NAME),
        "title": line(&exercise.title, NAME),
        "status": exercise.status.name(),
        "score": number(exercise.score),
        "max_score": number(exercise.max_score),
        "seconds": seconds(exercise.seconds),
        "message": plain(&exercise.message, Limits::FULL),
        "tests": exercise.tests.iter().map(|grade| test(&Entry::from(grade))).collect::<Vec<_>>(),
    })
}

fn test(test: &Entry<'_>) -> Value {
    json!({
        "id": test.name(),
        "hidden": test.hidden(),
        "status": test.status.name(),
        "soft": test.soft,
        "score": number(test.score),
        "max_score": number(test.max_score),
        "seconds": seconds(test.seconds),
        "message": plain(test.message, Limits::FULL),
    })
}

fn ignored(grade: &Grade) -> Vec<Value> {
    let files = grade.ignored.iter().take(LISTED);
    files.map(|file| json!({"path": name(&file.path), "reason": line(&file.reason, NAME)})).collect()
}

fn flags(grade: &Grade) -> Vec<Value> {
    let flags = grade.flags.iter().take(LISTED);
    flags
        .map(|flag| {
            json!({
                "exercise": name(&flag.exercise),
                "file": name(&flag.file),
                "line": flag.line,
                "message": line(&flag.message, NAME),
            })
        })
        .collect()
}

fn versions(grade: &Grade) -> Map<String, Value> {
    grade.versions.iter().map(|(what, version)| (name(what), json!(line(version, NAME)))).collect()
}

/// Reads from a report in JSON the parts that the gradebook shows. `None` if the text is another document.
pub(crate) fn read(text: &str) -> Option<Grade> {
    let document: Value = serde_json::from_str(text).ok()?;
    if document["schema"] != "course/grade/v1" {
        return None;
    }
    let exercises = document["exercises"].as_array()?.iter().map(read_exercise).collect::<Option<Vec<_>>>()?;
    Some(Grade {
        submission: text_of(&document["submission"])?,
        exercises,
        soft_share: u8::try_from(document["soft_share"].as_u64()?).ok()?,
        not_enforced: document["not_enforced"].as_array()?.iter().filter_map(text_of).collect(),
        ignored: Vec::new(),
        flags: Vec::new(),
        versions: BTreeMap::new(),
        seed: document["seed"].as_str()?.parse().ok()?,
        seconds: document["seconds"].as_f64()?,
    })
}

fn read_exercise(value: &Value) -> Option<ExerciseGrade> {
    Some(ExerciseGrade {
        id: text_of(&value["id"])?,
        module: text_of(&value["module"])?,
        title: text_of(&value["title"])?,
        status: Status::from_name(value["status"].as_str()?)?,
        score: points(&value["score"])?,
        max_score: points(&value["max_score"])?,
        seconds: value["seconds"].as_f64()?,
        message: text_of(&value["message"])?,
        tests: value["tests"].as_array()?.iter().map(read_test).collect::<Option<Vec<_>>>()?,
    })
}

fn read_test(value: &Value) -> Option<TestGrade> {
    Some(TestGrade {
        id: text_of(&value["id"])?,
        visibility: if value["hidden"].as_bool()? { Visibility::Hidden } else { Visibility::Public },
        status: Status::from_name(value["status"].as_str()?)?,
        soft: value["soft"].as_bool()?,
        score: points(&value["score"])?,
        max_score: points(&value["max_score"])?,
        seconds: value["seconds"].as_f64()?,
        message: text_of(&value["message"])?,
    })
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked to be a small number from 0 up.
fn points(value: &Value) -> Option<Points> {
    let hundredths = (value.as_f64()? * 100.0).round();
    (0.0..1e15).contains(&hundredths).then(|| Points::from_hundredths(hundredths as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal, points_of};
    use super::*;

    #[test]
    fn reads_back_what_a_gradebook_needs() {
        let again = super::read(&render(&normal())).expect("a grade");
        assert_eq!((again.score(), again.max_score()), (normal().score(), normal().max_score()));
        assert_eq!(crate::report::gradebook(&[again]), crate::report::gradebook(&[normal()]));
        assert!(super::read("{}").is_none() && super::read("").is_none());
    }

    fn document(grade: &Grade) -> Value {
        let text = render(grade);
        assert_quiet(&text);
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn a_normal_grade() {
        let document = document(&normal());
        assert_eq!(document["schema"], "course/grade/v1");
        assert_eq!(document["score"], json!(13.34));
        assert_eq!(document["max_score"], json!(25));
        assert_eq!(document["soft"], json!({"score": 0, "max_score": 0.5}));
        assert_eq!(document["exercises"][0]["tests"][0]["score"], json!(3.34));
        assert_eq!(document["exercises"][0]["tests"][1]["message"], "│ sum([1, 2])\n│ got: 4");
        assert_eq!(document["not_enforced"], json!(["network: user namespaces are restricted on this machine"]));
        assert_eq!(document["seed"], "18446744073709551615");
    }

    #[test]
    fn an_empty_grade() {
        let document = document(&empty());
        assert_eq!((&document["score"], &document["max_score"]), (&json!(0), &json!(0)));
        assert_eq!(document["exercises"], json!([]));
    }

    #[test]
    fn a_hostile_grade() {
        let document = document(&hostile());
        assert_eq!(document["exercises"].as_array().expect("a list").len(), hostile().exercises.len());
        assert!(render(&hostile()).len() < 5_000_000);
    }

    proptest! {
        #[test]
        fn scores_come_back(grade in grades()) {
            let document = document(&grade);
            prop_assert_eq!(points_of(&document["score"]), grade.score());
            prop_assert_eq!(points_of(&document["max_score"]), grade.max_score());
            for (index, exercise) in grade.exercises.iter().enumerate() {
                let shown = &document["exercises"][index];
                prop_assert_eq!(points_of(&shown["score"]), exercise.score);
                prop_assert_eq!(&shown["status"], exercise.status.name());
                prop_assert_eq!(&shown["id"], &name(&exercise.id));
                prop_assert_eq!(&shown["message"], &plain(&exercise.message, Limits::FULL));
                prop_assert_eq!(shown["tests"].as_array().map(Vec::len), Some(exercise.tests.len()));
                for (test, shown) in exercise.tests.iter().zip(shown["tests"].as_array().into_iter().flatten()) {
                    prop_assert_eq!(points_of(&shown["score"]), test.score);
                    prop_assert_eq!(points_of(&shown["max_score"]), test.max_score);
                    prop_assert_eq!(&shown["status"], test.status.name());
                    prop_assert_eq!(&shown["id"], &name(&test.id));
                    prop_assert_eq!(&shown["message"], &plain(&test.message, Limits::FULL));
                }
            }
        }
    }
}
