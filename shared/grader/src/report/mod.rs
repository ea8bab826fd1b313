//! One grade, many renderings. All text from the submission passes through [`plain`] or [`line()`] and then through
//! the escaping of its format. Every renderer takes any grade and any strings, and the same grade gives the same text.

mod classroom50;
mod classroom_legacy;
mod csv;
mod github;
mod gradescope;
mod json;
mod junit;
mod markdown;
#[cfg(test)]
pub(crate) mod samples;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use course_core::{Error, Result, files};
use serde_json::{Value, json};

use crate::grade::{ExerciseGrade, Grade, TestGrade, Visibility};
use crate::score::points::Points;
use crate::test_status::Status;
use crate::untrusted_text::{Limits, line, plain};

pub(crate) use classroom50::Classroom;
pub(crate) use csv::gradebook;
pub(crate) use json::read as read_json;

/// The formats, one line each: its purpose, its variant, its name on the command line, and its renderer. `Classroom`
/// says where a submission to Classroom 50 belongs; the others do not look at it.
macro_rules! formats {
    ($($(#[$about:meta])* $variant:ident, $name:literal, $render:expr;)*) => {
        /// A form that a grade can take.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Format {
            $($(#[$about])* $variant,)*
        }

        impl Format {
            /// All of them, in the order in which help names them.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the command line.
            #[must_use]
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        /// The grade in that form.
        #[must_use]
        pub(crate) fn render(grade: &Grade, format: Format, classroom: &Classroom) -> String {
            let render: fn(&Grade, &Classroom) -> String = match format {
                $(Format::$variant => $render,)*
            };
            render(grade, classroom)
        }
    };
}

formats! {
    /// `course/grade/v1`, everything there is to know; the teacher's.
    Json, "json", |grade, _| json::render(grade);
    /// The XML that CI services read.
    Junit, "junit", |grade, _| junit::render(grade);
    /// For `$GITHUB_STEP_SUMMARY`, a release or a comment.
    Markdown, "markdown", |grade, _| markdown::render(grade);
    /// Workflow commands that annotate a run on GitHub. Printed, not written to a file.
    Github, "github", |grade, _| github::render(grade);
    /// `classroom50/result/v1`.
    Classroom50, "classroom50", classroom50::render;
    /// The `result` output of a step, as GitHub Classroom's grading reporter reads it.
    ClassroomLegacy, "classroom-legacy", |grade, _| classroom_legacy::render(grade);
    /// `results.json` of a Gradescope autograder.
    Gradescope, "gradescope", |grade, _| gradescope::render(grade);
    /// A gradebook of one line.
    Csv, "csv", |grade, _| gradebook(std::slice::from_ref(grade));
}

impl Format {
    /// The format of that name.
    #[must_use]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// All names, as a sentence lists them.
    #[must_use]
    pub(crate) fn names() -> String {
        Self::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }
}

/// A report that was asked for: `--report json=grade.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// Its form.
    pub(crate) format: Format,
    /// The file for it; standard output if the command line names none.
    pub(crate) file: Option<PathBuf>,
}

impl Report {
    /// Reads `FORMAT=FILE`, or `FORMAT` alone for standard output.
    ///
    /// # Errors
    /// The names of the formats, or a word that the file is missing. The last full stop is left to the caller.
    pub(crate) fn parse(argument: &str) -> Result<Self, String> {
        let (name, file) = match argument.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (argument, None),
        };
        let format = Format::from_name(name).ok_or_else(|| {
            let names = Format::names();
            format!("--report knows no `{}`. Choose one of {names}, as in --report json=grade.json", line(name, 40))
        })?;
        match file {
            Some("") => Err(format!("--report {name}= lacks its file, as in --report {name}=FILE")),
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// Writes what was asked for; the grade as Markdown to standard output where nothing was.
pub(crate) fn write_reports(grade: &Grade, reports: &[Report]) -> Result<()> {
    let classroom = classroom_of(reports)?;
    if reports.is_empty() {
        print!("{}", render(grade, Format::Markdown, &classroom));
    }
    for Report { format, file } in reports {
        let text = render(grade, *format, &classroom);
        match file {
            Some(file) if file != Path::new("-") => write_report(file, &as_file(*format, text))?,
            _ => print!("{text}"),
        }
    }
    Ok(())
}

/// A report as a file has it. Spreadsheets read CSV as UTF-8 only where the file begins with a byte order mark; without
/// it, an umlaut becomes two other signs.
pub(crate) fn as_file(format: Format, text: String) -> String {
    if format == Format::Csv { format!("\u{feff}{text}") } else { text }
}

/// Replaces a file whole. A pipe or a device such as `/dev/null` is written to: to replace it would take it from
/// everybody.
fn write_report(file: &Path, text: &str) -> Result<()> {
    if std::fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        std::fs::write(file, text).map_err(|error| Error::file("write", file, error))
    } else {
        files::write_atomically(file, text.as_bytes())
    }
}

/// The place of a submission to Classroom 50, if that report was asked for.
pub(crate) fn classroom_of(reports: &[Report]) -> Result<Classroom> {
    if reports.iter().any(|report| report.format == Format::Classroom50) {
        Classroom::from_environment(|name| std::env::var(name).ok(), SystemTime::now()).map_err(Error::new)
    } else {
        Ok(Classroom::default())
    }
}

/// One line about a grade.
pub(crate) fn summary(grade: &Grade) -> String {
    let passed = grade.tests().filter(|test| test.status == Status::Passed).count();
    format!(
        "{}: {} of {} points, {passed} of {} tests, {:.1} s, seed {}",
        line(&grade.submission.escape_debug().to_string(), 200),
        grade.score(),
        grade.max_score(),
        grade.tests().count(),
        seconds_of_grade(grade),
        grade.seed
    )
}

/// Longest name, path, title or reason, in characters.
const NAME: usize = 200;

/// Most entries of a list that a submission can make as long as it likes.
const LISTED: usize = 1000;

/// An entry that a report shows as one test.
struct Entry<'a> {
    id: &'a str,
    visibility: Visibility,
    status: Status,
    soft: bool,
    score: Points,
    max_score: Points,
    seconds: f64,
    message: &'a str,
}

impl<'a> From<&'a TestGrade> for Entry<'a> {
    fn from(test: &'a TestGrade) -> Self {
        let TestGrade { id, visibility, status, soft, score, max_score, seconds, message } = test;
        Self {
            id,
            visibility: *visibility,
            status: *status,
            soft: *soft,
            score: *score,
            max_score: *max_score,
            seconds: *seconds,
            message,
        }
    }
}

impl Entry<'_> {
    /// Never empty, because Classroom 50 and JUnit want a name.
    fn name(&self) -> String {
        name(self.id)
    }

    fn passed(&self) -> bool {
        self.status == Status::Passed
    }

    /// Whether the test is of the teacher's own folder.
    fn hidden(&self) -> bool {
        self.visibility == Visibility::Hidden
    }

    /// The problem, in a report that the student sees; empty for a hidden test, because its input is a secret.
    fn message_for_student(&self, limits: Limits) -> String {
        if self.hidden() { String::new() } else { plain(self.message, limits) }
    }

    /// Its time, in a report that the student sees. None for a hidden test: a submission that sees the input may sleep
    /// as many milliseconds as it has something to tell.
    fn seconds_for_student(&self) -> Option<f64> {
        (!self.hidden()).then(|| seconds(self.seconds))
    }
}

/// The time of an exercise, in a report that the student sees. If there are hidden tests, that of any exercise, it is the
/// sum of the others: an exercise waits while another one's hidden test is repeated.
fn seconds_of_exercise(grade: &Grade, exercise: &ExerciseGrade) -> f64 {
    if has_hidden_tests(grade) {
        seconds(exercise.tests.iter().filter_map(|test| Entry::from(test).seconds_for_student()).sum())
    } else {
        seconds(exercise.seconds)
    }
}

fn has_hidden_tests(grade: &Grade) -> bool {
    grade.tests().any(|test| test.visibility == Visibility::Hidden)
}

/// The time of all, in a report that the student sees. It follows the same rule.
fn seconds_of_grade(grade: &Grade) -> f64 {
    if has_hidden_tests(grade) {
        seconds(grade.exercises.iter().map(|exercise| seconds_of_exercise(grade, exercise)).sum())
    } else {
        seconds(grade.seconds)
    }
}

/// The tests of an exercise. Points of the exercise that no test carries, and a failure without any test, become an
/// entry of the exercise's own, so that in formats that know only tests nothing is lost.
fn entries(exercise: &ExerciseGrade) -> Vec<Entry<'_>> {
    let mut entries: Vec<_> = exercise.tests.iter().map(Entry::from).collect();
    let score = exercise.score.less(entries.iter().map(|entry| entry.score).sum());
    let max_score = exercise.max_score.less(entries.iter().map(|entry| entry.max_score).sum());
    if entries.is_empty() || score > Points::ZERO || max_score > Points::ZERO {
        entries.push(Entry {
            id: &exercise.id,
            visibility: Visibility::Public,
            status: exercise.status,
            soft: false,
            score,
            max_score,
            seconds: 0.0,
            message: &exercise.message,
        });
    }
    entries
}

/// A name on one line, never empty.
fn name(text: &str) -> String {
    let name = line(text, NAME);
    if name.is_empty() { "(no name)".to_owned() } else { name }
}

/// The outcome of a test, in words for people.
const fn outcome(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Error => "could not be set up",
        Status::Crashed => "the process with the submission died",
        Status::TimedOut => "over its time limit",
        Status::Skipped => "skipped itself, which is no pass",
        Status::NotRun => "did not run",
    }
}

/// The points that soft tests earned, and those that they could earn.
fn soft_points(grade: &Grade) -> (Points, Points) {
    let soft = || grade.tests().filter(|test| test.soft);
    (soft().map(|test| test.score).sum(), soft().map(|test| test.max_score).sum())
}

/// The conditions of every grade: the points that rest on the submission's own word, and the mechanisms that this machine
/// did not enforce.
fn conditions(grade: &Grade) -> Vec<String> {
    let (earned, possible) = soft_points(grade);
    let soft = format!(
        "Soft tests, judged inside the submission's own process, carry {possible} of {} points; {earned} of these were earned.",
        grade.max_score()
    );
    let mut conditions = vec![soft];
    conditions.extend(grade.not_enforced.iter().take(LISTED).map(|what| format!("NOT ENFORCED: {}", line(what, NAME))));
    conditions
}

/// Points as a JSON number: whole where they are whole, otherwise with the decimals that they have.
fn number(points: Points) -> Value {
    let hundredths = points.hundredths();
    if hundredths.is_multiple_of(100) { json!(hundredths / 100) } else { json!(points.as_f64()) }
}

/// Seconds to the millisecond, whatever a clock said: JSON has no infinity, and no reader expects a negative time.
fn seconds(seconds: f64) -> f64 {
    const LONGEST: f64 = 1e9;
    if seconds > 0.0 { (seconds.min(LONGEST) * 1000.0).round() / 1000.0 } else { 0.0 }
}

/// A JSON document for people too.
fn pretty(document: &Value) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{document:#}"); // writing to a String does not fail
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_what_help_shows() {
        assert_eq!(
            Report::parse("json=a=b.json"),
            Ok(Report { format: Format::Json, file: Some(PathBuf::from("a=b.json")) })
        );
        assert_eq!(Report::parse("github"), Ok(Report { format: Format::Github, file: None }));
        for &format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }

    #[test]
    fn every_format_has_an_independent_reader_and_is_searched_for_injected_commands() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let [readers, corpora] =
            ["validate_reports.py", "corpora.py"].map(|name| files::read(&tests.join(name)).unwrap());
        for format in Format::ALL {
            let name = format.name();
            assert!(readers.contains(&format!("\"{name}\": ")), "CHECKS of validate_reports.py lacks `{name}`");
            assert!(corpora.contains(&format!("\"{name}.")), "REPORTS of corpora.py lacks `{name}`");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(Report::parse("yaml=x").unwrap_err().contains("gradescope"));
        assert!(Report::parse("json=").unwrap_err().contains("json=FILE"));
        assert!(!Report::parse("\u{1b}[31m##[error]").unwrap_err().contains("##["));
    }

    #[test]
    fn seconds_are_numbers() {
        for (from, to) in [(f64::NAN, 0.0), (f64::INFINITY, 1e9), (-1.0, 0.0), (0.123_456, 0.123)] {
            assert_eq!(seconds(from).to_bits(), f64::to_bits(to));
        }
    }

    proptest! {
        #[test]
        fn the_time_of_hidden_tests_is_in_no_report_of_a_student(mut grade in samples::grades(), other in 0.0..60.0) {
            let render_all = |grade: &Grade| {
                let for_students = Format::ALL.iter().filter(|format| !matches!(format, Format::Json | Format::Csv));
                let reports = for_students.map(|format| render(grade, *format, &Classroom::default()));
                // In CI, students read what the grader prints.
                reports.chain([summary(grade)]).collect::<Vec<_>>()
            };
            let before = render_all(&grade);
            if has_hidden_tests(&grade) {
                grade.seconds = other;
                for exercise in &mut grade.exercises {
                    exercise.seconds = other;
                    let hidden = exercise.tests.iter_mut().filter(|test| test.visibility == Visibility::Hidden);
                    hidden.for_each(|test| test.seconds = other);
                }
            }
            prop_assert_eq!(render_all(&grade), before);
        }
    }

    #[test]
    fn points_without_a_test_are_kept() {
        let mut exercise = samples::normal().exercises.swap_remove(0);
        exercise.tests.pop();
        let entries = entries(&exercise);
        assert_eq!(entries.iter().map(|entry| entry.max_score).sum::<Points>(), exercise.max_score);
        assert_eq!(entries.iter().map(|entry| entry.score).sum::<Points>(), exercise.score);
    }
}
