//! The gradebook: one row a submission, one column an exercise.

use ::csv::{QuoteStyle, WriterBuilder};

use super::{NAME, name, soft_points};
use crate::grade::Grade;
use crate::untrusted_text::line;

/// One row for each grade, under a row of names. An exercise that a grade does not have leaves its cell empty: not
/// graded is not zero.
///
/// Columns: `submission`, each exercise's id, `score`, `max_score`, `soft_share` (percent, as the teacher set it),
/// `soft_score` (earned by soft tests), `not_enforced` (the number of mechanisms that this machine lacked).
#[must_use]
pub(crate) fn gradebook(grades: &[Grade]) -> String {
    let exercises = columns(grades);
    let titles = ["score", "max_score", "soft_share", "soft_score", "not_enforced"].map(str::to_owned);
    let names = exercises.iter().map(|id| cell(&name(id)));
    let mut rows = vec![std::iter::once("submission".to_owned()).chain(names).chain(titles).collect()];
    rows.extend(grades.iter().map(|grade| row(grade, &exercises)));
    write(&rows)
}

/// All exercises, in the order in which they first come up.
fn columns(grades: &[Grade]) -> Vec<&str> {
    let mut columns = Vec::new();
    for exercise in grades.iter().flat_map(|grade| &grade.exercises) {
        if !columns.contains(&exercise.id.as_str()) {
            columns.push(exercise.id.as_str());
        }
    }
    columns
}

fn row(grade: &Grade, exercises: &[&str]) -> Vec<String> {
    let points = |id: &&str| {
        let mut scores =
            grade.exercises.iter().filter(|exercise| exercise.id == **id).map(|exercise| exercise.score).peekable();
        if scores.peek().is_some() { scores.sum::<crate::score::points::Points>().to_string() } else { String::new() }
    };
    let (soft_score, _) = soft_points(grade);
    let sums = [
        grade.score().to_string(),
        grade.max_score().to_string(),
        grade.soft_share.to_string(),
        soft_score.to_string(),
        grade.not_enforced.len().to_string(),
    ];
    std::iter::once(cell(&line(&grade.submission, NAME))).chain(exercises.iter().map(points)).chain(sums).collect()
}

/// An apostrophe before text that spreadsheets would run as a formula. Tabs and carriage returns are gone by now.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// Every cell in quotes: then no row starts with anything a CI log obeys.
fn write(rows: &[Vec<String>]) -> String {
    let mut writer = WriterBuilder::new().flexible(true).quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for row in rows {
        let _ = writer.write_record(row); // a Vec takes every byte
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal};
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        assert_quiet(text);
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    fn check(grades: &[Grade]) {
        let rows = read(&gradebook(grades));
        assert_eq!(rows.len(), grades.len() + 1);
        let ids = columns(grades);
        for (grade, row) in grades.iter().zip(&rows[1..]) {
            assert_eq!(row.len(), ids.len() + 6);
            assert_eq!(row[ids.len() + 1], grade.score().to_string());
            assert_eq!(row[ids.len() + 2], grade.max_score().to_string());
            assert_eq!(row[ids.len() + 5], grade.not_enforced.len().to_string());
            for exercise in &grade.exercises {
                let column = ids.iter().position(|id| *id == exercise.id).expect("a column");
                let same = grade.exercises.iter().filter(|other| other.id == exercise.id);
                assert_eq!(
                    row[column + 1],
                    same.map(|exercise| exercise.score).sum::<crate::score::points::Points>().to_string()
                );
            }
        }
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "a formula: {cell}");
        }
    }

    #[test]
    fn a_class() {
        let mut other = normal();
        other.submission = "=HYPERLINK(\"x\")".to_owned();
        other.exercises.remove(1);
        assert_eq!(
            gradebook(&[normal(), other]),
            "\"submission\",\"02.parallel_sum\",\"02.zero_copy\",\"03.norm\",\"score\",\"max_score\",\"soft_share\",\"soft_score\",\"not_enforced\"\n\
             \"alice\",\"3.34\",\"10\",\"0\",\"13.34\",\"25\",\"2\",\"0\",\"1\"\n\
             \"'=HYPERLINK(\"\"x\"\")\",\"3.34\",\"\",\"0\",\"3.34\",\"14.5\",\"2\",\"0\",\"1\"\n"
        );
    }

    #[test]
    fn no_class_an_empty_and_a_hostile_one() {
        check(&[]);
        check(&[empty()]);
        check(&[hostile(), normal(), empty()]);
    }

    proptest! {
        #[test]
        fn points_come_back(grades in vec(grades(), 0..4)) {
            check(&grades);
        }
    }
}
