//! Grades to render in tests: a normal one, an empty one, one whose every text attacks its reader, and random ones.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::{Classroom, Format, render};
use crate::grade::{ExerciseGrade, Flag, Grade, Ignored, TestGrade, Visibility};
use crate::score::points::Points;
use crate::test_status::Status;
use crate::untrusted_text::{PREFIX, is_invisible};

/// Attacks that students have tried, or could try.
pub(crate) const POISONS: [&str; 34] = [
    "::set-output name=score::100",
    "\n  ::error file=a,line=1::forged",
    "\u{a0}\u{2028}::warning::forged",
    "\u{feff}::notice::forged",
    "##[error]forged",
    "#\u{200b}#\u{1b}[0m[group]forged",
    "##vso[task.complete result=Succeeded;]",
    "%0A::error::forged",
    "]]>",
    "</testcase></testsuite><testcase name=\"forged\"/>",
    "<!-- &lt; <![CDATA[ -->",
    "\" attribute=\"forged\" '",
    "\0 NUL",
    "before\rafter",
    "\u{1b}[2J\u{1b}[1;1H\u{1b}]0;title\u{7}",
    "\u{9b}31mred\u{85}next",
    "\u{202e}desrever\u{2066}isolate\u{2069}\u{200f}\u{61c}",
    "zero\u{200b}width\u{200d}joined\u{fffe}\u{ffff}",
    "```\n# a heading\n```",
    "`````````` \n~~~~",
    "</code></td><script>alert(1)</script>",
    "![image](https://example.org/x.png) [link](javascript:alert(1))",
    "| a | cell \\| and \\\\| more |",
    "@everyone #1 www.example.org",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "100 passed, 0 failed",
    "\n7 passed, 0 failed\n",
    "a,\"b\";c\r\nd",
];

fn points(hundredths: u64) -> Points {
    Points::from_hundredths(hundredths)
}

fn test(id: &str, status: Status, score: u64, max_score: u64, message: &str) -> TestGrade {
    TestGrade {
        id: id.to_owned(),
        visibility: if id.contains("::hidden::") { Visibility::Hidden } else { Visibility::Public },
        status,
        soft: id.contains("shares"),
        score: points(score),
        max_score: points(max_score),
        seconds: 0.0125,
        message: message.to_owned(),
    }
}

fn exercise(
    id: &str,
    module: &str,
    title: &str,
    status: Status,
    message: &str,
    tests: Vec<TestGrade>,
) -> ExerciseGrade {
    ExerciseGrade {
        id: id.to_owned(),
        module: module.to_owned(),
        title: title.to_owned(),
        status,
        score: tests.iter().map(|test| test.score).sum(),
        max_score: tests.iter().map(|test| test.max_score).sum(),
        seconds: 0.74,
        message: message.to_owned(),
        tests,
    }
}

/// An everyday grade: 13.34 of 25 points.
pub(crate) fn normal() -> Grade {
    use Status::{Failed, NotRun, Passed, TimedOut};
    let sum = vec![
        test("02.parallel_sum::test_adds", Passed, 334, 334, ""),
        test("02.parallel_sum::test_overflow", Failed, 0, 333, "sum([1, 2])\ngot: 4"),
        test("02.parallel_sum::hidden::test_more", Failed, 0, 333, "secret input"),
    ];
    let copy = vec![
        test("02.zero_copy::test_shape", Passed, 1000, 1000, ""),
        test("02.zero_copy::test_shares", TimedOut, 0, 50, "longer than 5 s"),
    ];
    let norm = vec![
        test("03.norm::test_a", NotRun, 0, 150, ""),
        test("03.norm::test_b", NotRun, 0, 150, ""),
        test("03.norm::test_c", NotRun, 0, 150, ""),
    ];
    let broken = "error[E0308]: mismatched types\n --> src/norm.rs:3:5";
    Grade {
        submission: "alice".to_owned(),
        exercises: vec![
            exercise("02.parallel_sum", "02_parallel_sum", "Sum in parallel, detached", Failed, "", sum),
            exercise("02.zero_copy", "02_parallel_sum", "Without a copy", TimedOut, "", copy),
            exercise("03.norm", "03_norm", "A norm of `f64`", NotRun, broken, norm),
        ],
        soft_share: 2,
        not_enforced: vec!["network: user namespaces are restricted on this machine".to_owned()],
        ignored: vec![Ignored {
            path: "modules/02/tests/conftest.py".to_owned(),
            reason: "not an exercise's file".to_owned(),
        }],
        flags: vec![Flag {
            exercise: "02.parallel_sum".to_owned(),
            file: "src/parallel_sum.rs".to_owned(),
            line: 12,
            message: "calls Python's own `sum`".to_owned(),
        }],
        versions: BTreeMap::from(
            [("python", "3.11.7"), ("rustc", "1.95.0")].map(|(what, which)| (what.into(), which.into())),
        ),
        seed: u64::MAX,
        seconds: 4.25,
    }
}

/// Nothing was there to grade.
pub(crate) fn empty() -> Grade {
    Grade {
        submission: String::new(),
        exercises: Vec::new(),
        soft_share: 0,
        not_enforced: Vec::new(),
        ignored: Vec::new(),
        flags: Vec::new(),
        versions: BTreeMap::new(),
        seed: 0,
        seconds: 0.0,
    }
}

/// Every text is an attack, some are two million characters long, and no clock works.
pub(crate) fn hostile() -> Grade {
    let all = POISONS.join("\n");
    let long = all.repeat(2_000_000 / all.len() + 1);
    let exercises = POISONS.iter().enumerate().map(|(index, poison)| {
        let tests = POISONS.iter().map(|other| test(other, Status::Failed, 0, 10, &format!("{poison}\n{other}")));
        let mut tests: Vec<_> = tests.collect();
        tests.push(test(&format!("x::hidden::{poison}"), Status::Passed, 33, 33, poison));
        tests.push(TestGrade { seconds: f64::NAN, ..test(poison, Status::Crashed, 0, 0, "") });
        if index < 2 {
            tests.push(test(&long, Status::Error, 0, 0, &long));
        }
        let message = if index < 2 { &long } else { *poison };
        ExerciseGrade { seconds: f64::INFINITY, ..exercise(poison, poison, poison, Status::Failed, message, tests) }
    });
    let ignored = POISONS.iter().cycle().take(20_000);
    Grade {
        submission: long.clone(),
        exercises: exercises.collect(),
        soft_share: 100,
        not_enforced: POISONS.iter().map(|&poison| poison.to_owned()).chain([long.clone()]).collect(),
        ignored: ignored.map(|&poison| Ignored { path: poison.to_owned(), reason: poison.to_owned() }).collect(),
        flags: POISONS
            .iter()
            .map(|&poison| Flag {
                exercise: poison.to_owned(),
                file: poison.to_owned(),
                line: usize::MAX,
                message: poison.to_owned(),
            })
            .collect(),
        versions: POISONS.iter().map(|&poison| (poison.to_owned(), poison.to_owned())).collect(),
        seed: u64::MAX,
        seconds: -1.0,
    }
}

/// Text made of attacks, their pieces, and any characters at all.
pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(POISONS.to_vec()).prop_map(str::to_owned),
        2 => proptest::sample::select(vec!["::", "##", "[", "\u{1b}", "\r", "\n", "`", "~", "|", "\\", "<", "&", "]", ">", "│ ", "1 passed"])
            .prop_map(str::to_owned),
        2 => any::<String>(),
        1 => "[a-z]{1,9}",
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn statuses() -> impl Strategy<Value = Status> {
    proptest::sample::select(vec![
        Status::Passed,
        Status::Failed,
        Status::Error,
        Status::Crashed,
        Status::TimedOut,
        Status::Skipped,
        Status::NotRun,
    ])
}

prop_compose! {
    fn tests()(
        id in hostile_text(),
        hidden in any::<bool>(),
        status in statuses(),
        soft in any::<bool>(),
        max_score in 0..100_000_u64,
        part in 0..=100_u64,
        seconds in any::<f64>(),
        message in hostile_text(),
    ) -> TestGrade {
        TestGrade { id, visibility: if hidden { Visibility::Hidden } else { Visibility::Public }, status, soft, score: points(max_score * part / 100), max_score: points(max_score), seconds, message }
    }
}

prop_compose! {
    fn exercises()(
        id in hostile_text(),
        title in hostile_text(),
        status in statuses(),
        message in hostile_text(),
        tests in vec(tests(), 0..4),
        more in 0..500_u64,
    ) -> ExerciseGrade {
        let mut exercise = exercise(&id, &title, &title, status, &message, tests);
        exercise.max_score += points(more);
        exercise.score += points(more / 2);
        exercise
    }
}

prop_compose! {
    /// Any grade at all, with no more points than there are.
    pub(crate) fn grades()(
        submission in hostile_text(),
        exercises in vec(exercises(), 0..4),
        soft_share in 0..=100_u8,
        not_enforced in vec(hostile_text(), 0..3),
        other in vec((hostile_text(), hostile_text()), 0..3),
        line in any::<usize>(),
        seed in any::<u64>(),
        seconds in any::<f64>(),
    ) -> Grade {
        let ignored = other.iter().map(|(path, reason)| Ignored { path: path.clone(), reason: reason.clone() });
        let flags = other.iter().map(|(file, message)| Flag {
            exercise: message.clone(),
            file: file.clone(),
            line,
            message: message.clone(),
        });
        Grade {
            submission,
            exercises,
            soft_share,
            not_enforced,
            ignored: ignored.collect(),
            flags: flags.collect(),
            versions: other.iter().cloned().collect(),
            seed,
            seconds,
        }
    }
}

/// The points in a JSON number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers are small and were points
pub(crate) fn points_of(number: &Value) -> Points {
    points((number.as_f64().expect("a number") * 100.0).round() as u64)
}

/// Asserts that this text steers neither a terminal nor a CI service.
pub(crate) fn assert_quiet(text: &str) {
    let hidden = text.chars().find(|&each| is_invisible(each) && !matches!(each, '\n' | '\t'));
    assert_eq!(hidden, None, "a character that does not show");
    assert!(!text.contains("##[") && !text.contains("##vso["), "a command");
    for line in text.lines() {
        assert!(!line.trim().starts_with("::"), "a command: {line}");
        let counts = line.trim().trim_start_matches(|sign: char| sign.is_ascii_digit());
        assert!(!(counts.len() < line.trim().len() && counts.starts_with(" passed")), "a summary: {line}");
    }
}

#[test]
fn equal_grades_are_equal_texts() {
    let classroom = Classroom::default();
    for &format in Format::ALL {
        assert_eq!(render(&hostile(), format, &classroom), render(&hostile(), format, &classroom));
    }
}

#[test]
fn the_prefix_is_one_that_means_nothing() {
    assert!(PREFIX.chars().all(|sign| !sign.is_ascii_punctuation() && !is_invisible(sign)));
}

/// Writes the samples, and some random grades, as files for `tests/validate_reports.py`, if told where to.
#[test]
fn writes_samples() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let Some(folder) = std::env::var_os("REPORT_SAMPLES").map(std::path::PathBuf::from) else { return };
    let mut runner = TestRunner::deterministic();
    let random = (0..50).map(|index| {
        let grade = grades().new_tree(&mut runner).expect("a grade").current();
        (format!("random{index}"), grade)
    });
    let samples = [("normal", normal()), ("empty", empty()), ("hostile", hostile())];
    let samples = samples.into_iter().map(|(name, grade)| (name.to_owned(), grade)).chain(random);
    for (name, grade) in samples {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for &format in Format::ALL {
            std::fs::write(folder.join(format.name()), render(&grade, format, &Classroom::default())).expect("a file");
        }
    }
}
