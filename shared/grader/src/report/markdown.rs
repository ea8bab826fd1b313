//! A page for people: a step summary on GitHub, a release, a comment.
//!
//! Names stand in `<code>` with every punctuation mark as a character reference, which no Markdown reads as markup.
//! Output stands in fences, every line behind [`PREFIX`](crate::untrusted_text::PREFIX), so that no line of it can
//! close the fence.

use std::fmt::Write as _;

use super::{Entry, conditions, entries, has_hidden_tests, name, outcome, seconds_of_exercise, seconds_of_grade};
use crate::grade::{ExerciseGrade, Grade};
use crate::test_status::Status;
use crate::untrusted_text::{Limits, line, plain};

/// In bytes. GitHub refuses a step summary of more than 1 MiB as a whole, and other steps may add to it.
const LARGEST: usize = 900_000;

/// Files and flags that are named; the others are counted.
const NAMED: usize = 50;

pub(super) fn render(grade: &Grade) -> String {
    let mut page = Page::default();
    page.add(&format!("# {} of {} points\n\n", grade.score(), grade.max_score()));
    page.add(&format!("Submission: {}\n\n", code(&grade.submission)));
    for condition in conditions(grade) {
        page.add(&format!("- {}\n", marked(&condition)));
    }
    table(&mut page, grade);
    others(&mut page, grade);
    for exercise in &grade.exercises {
        failures(&mut page, exercise);
    }
    page.finish()
}

fn table(page: &mut Page, grade: &Grade) {
    page.add("\n| | Exercise | | Points | of | Tests passed | of | Seconds |\n|:-:|---|---|--:|--:|--:|--:|--:|\n");
    for exercise in &grade.exercises {
        let sign = if exercise.status == Status::Passed { "✅" } else { "❌" };
        let passed = exercise.tests.iter().filter(|test| Entry::from(*test).passed()).count();
        page.add(&format!(
            "| {sign} | {} | {} | {} | {} | {passed} | {} | {:.1} |\n",
            code(&exercise.id),
            inline(&line(&exercise.title, 100)),
            exercise.score,
            exercise.max_score,
            exercise.tests.len(),
            seconds_of_exercise(grade, exercise),
        ));
    }
}

/// Adds the rest: ignored files, places for a person to look at, versions.
fn others(page: &mut Page, grade: &Grade) {
    let ignored =
        grade.ignored.iter().map(|file| format!("{}: {}", code(&file.path), inline(&line(&file.reason, 100))));
    list(page, "Ignored files", ignored);
    let flags = grade.flags.iter().map(|flag| {
        let location = if flag.line > 0 { format!(", line {}", flag.line) } else { String::new() };
        format!("{} {}{location}: {}", code(&flag.exercise), code(&flag.file), inline(&line(&flag.message, 200)))
    });
    list(page, "For a person to look at (no points depend on it)", flags);
    let versions = grade.versions.iter().take(NAMED).map(|(what, version)| format!("{} {}", code(what), code(version)));
    let versions: Vec<_> = versions.chain([format!("seed {}", grade.seed)]).collect();
    let seconds = seconds_of_grade(grade);
    let time = if has_hidden_tests(grade) {
        format!("The tests that are not hidden took {seconds:.1} s. Graded")
    } else {
        format!("Graded in {seconds:.1} s")
    };
    page.add(&format!("\n{time} with {}.\n", versions.join(", ")));
}

fn list(page: &mut Page, title: &str, items: impl ExactSizeIterator<Item = String>) {
    let more = items.len().saturating_sub(NAMED);
    if items.len() > 0 {
        page.add(&format!("\n## {title}\n\n"));
    }
    for item in items.take(NAMED) {
        page.add(&format!("- {item}\n"));
    }
    if more > 0 {
        page.add(&format!("- … and {more} more\n"));
    }
}

fn failures(page: &mut Page, exercise: &ExerciseGrade) {
    let entries = entries(exercise);
    let failed: Vec<_> = entries.iter().filter(|entry| !entry.passed()).collect();
    if failed.is_empty() {
        return;
    }
    page.add(&format!("\n## {}: {}\n", code(&exercise.id), inline(outcome(exercise.status))));
    page.add(&fence(&plain(&exercise.message, Limits::FULL)));
    for entry in failed {
        let hidden = if entry.hidden() { " (a hidden test)" } else { "" };
        let points = format!("{} of {} points", entry.score, entry.max_score);
        let head = format!("\n{}{hidden}: {}, {points}\n", code(entry.id), outcome(entry.status));
        let same = entry.message == exercise.message; // the exercise's own entry repeats its message
        let details = if same { String::new() } else { entry.message_for_student(Limits::BRIEF) };
        page.add(&format!("{head}{}", fence(&details)));
    }
}

/// A text that grows to its limit by whole blocks, so that no fence is left open.
#[derive(Default)]
struct Page {
    text: String,
    left_out: usize,
}

impl Page {
    fn add(&mut self, block: &str) {
        if block.is_empty() {
            return;
        }
        if self.left_out > 0 || self.text.len() + block.len() > LARGEST {
            self.left_out += 1;
        } else {
            self.text.push_str(block);
        }
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            let _ = write!(
                self.text,
                "\n**Cut here:** {} parts more than fit on a page. The JSON report has them.\n",
                self.left_out
            );
        }
        self.text
    }
}

/// A block of output that came out of [`plain`], in a fence longer than any run of backticks in it.
fn fence(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}text\n{text}\n{fence}\n")
}

/// A name or path, shown as it is.
fn code(text: &str) -> String {
    format!("<code>{}</code>", inline(&name(text)))
}

/// Text without meaning to Markdown or HTML: of the punctuation, only signs that never mean anything within a line stay.
fn inline(text: &str) -> String {
    let mut safe = String::new();
    for sign in text.chars() {
        if sign.is_ascii_punctuation() && !",;'?/-".contains(sign) {
            let _ = write!(safe, "&#{};", u32::from(sign));
        } else {
            safe.push(sign);
        }
    }
    safe
}

/// A condition, with its warning in bold.
fn marked(condition: &str) -> String {
    match condition.strip_prefix("NOT ENFORCED:") {
        Some(what) => format!("**NOT ENFORCED:**{}", inline(what)),
        None => inline(condition),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal};
    use super::*;
    use crate::untrusted_text::PREFIX;

    /// Reads the page as Markdown does and checks that all output is inside fences, and no markup but ours outside.
    fn check(page: &str) {
        assert!(page.len() < 1 << 20);
        assert_quiet(page);
        let mut open = 0;
        for line in page.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            if open > 0 {
                if ticks >= open && line.len() == ticks {
                    open = 0;
                } else {
                    assert!(line.starts_with(PREFIX.trim_end()) || line.starts_with("… cut here"), "{line}");
                }
            } else if ticks >= 3 {
                assert_eq!(&line[ticks..], "text");
                open = ticks;
            } else {
                let others = line.replace("<code>", "").replace("</code>", "").replace("**", "");
                assert!(!others.contains(['<', '>', '`', '[', '\\', '*', '@', '~']), "{line}");
            }
        }
        assert_eq!(open, 0, "a fence is left open");
    }

    #[test]
    fn a_normal_grade() {
        let page = render(&normal());
        check(&page);
        assert!(page.starts_with("# 13.34 of 25 points\n"));
        assert!(page.contains("- **NOT ENFORCED:** network"));
        assert!(page.contains(
            "| ❌ | <code>02&#46;parallel&#95;sum</code> | Sum in parallel, detached | 3.34 | 10 | 1 | 3 | 0.0 |"
        ));
        assert!(page.contains("```text\n│ sum([1, 2])\n│ got: 4\n```"));
        assert!(page.contains("conftest&#46;py"));
        assert!(!page.contains("secret input"));
        assert!(!page.contains("Cut here"));
    }

    #[test]
    fn an_empty_grade() {
        check(&render(&empty()));
    }

    #[test]
    fn a_hostile_grade() {
        let page = render(&hostile());
        check(&page);
        assert!(page.contains("and 19950 more"));
    }

    #[test]
    fn a_huge_grade_is_cut_and_says_so() {
        let mut grade = normal();
        grade.exercises[0].tests[1].message = "`x`\n".repeat(2_000);
        grade.exercises = vec![grade.exercises[0].clone(); 2_000];
        let page = render(&grade);
        check(&page);
        assert!(page.ends_with(" parts more than fit on a page. The JSON report has them.\n"));
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a ```` b"), "\n`````text\na ```` b\n`````\n");
    }

    proptest! {
        #[test]
        fn no_output_breaks_out(grade in grades()) {
            check(&render(&grade));
        }
    }
}
