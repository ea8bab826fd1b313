//! A verdict as a person reads it: what was called, what came back, what was expected, the likely cause, where help is.

use crate::catalogue::Place;
use crate::files;
use crate::terminal::{Tone, paint, width};
use crate::verdict::{Status, Test, TestStatus, Verdict};

/// How many failures are shown in full; the others are named.
const SHOWN_FAILURES: usize = 3;

/// Who reads a verdict, which decides the advice below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// One verdict at a prompt.
    Prompt,
    /// One of many, without advice.
    List,
    /// Watch mode, which has keys.
    Watch,
}

/// The whole verdict.
pub(crate) fn verdict(place: Place<'_>, verdict: &Verdict, reader: Reader) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(headline(place, verdict));
    if verdict.not_written() {
        line(format!("  {}", paint(Tone::Note, "Not written yet.")));
    }
    if !verdict.explanation.is_empty() {
        line(String::new());
        line(indent(&verdict.explanation));
    }
    let failing: Vec<&Test> =
        verdict.tests.iter().filter(|test| matches!(test.status, TestStatus::Failed | TestStatus::Error)).collect();
    // Cases of one parametrised test fail for one reason: the first speaks for all.
    let mut groups: Vec<Vec<&Test>> = Vec::new();
    for test in failing.into_iter().filter(|test| !verdict.explanation.contains(&test.message)) {
        match groups.iter_mut().find(|group| base_name(group[0]) == base_name(test)) {
            Some(group) => group.push(test),
            None => groups.push(vec![test]),
        }
    }
    for group in groups.iter().take(SHOWN_FAILURES) {
        line(String::new());
        line(failure(group[0]));
        if group.len() > 1 {
            line(format!("    {}", paint(Tone::Faint, format!("and {} more of its cases", group.len() - 1))));
        }
    }
    if groups.len() > SHOWN_FAILURES {
        line(String::new());
    }
    for group in groups.iter().skip(SHOWN_FAILURES) {
        line(format!("  {} {}", paint(Tone::Bad, "✗"), base_name(group[0])));
    }
    let todo = verdict.count(TestStatus::Todo);
    if todo > 0 && !verdict.not_written() {
        line(format!(
            "  {} {todo} more {} what is not written yet",
            paint(Tone::Note, "○"),
            if todo == 1 { "test waits for" } else { "tests wait for" }
        ));
    }
    for test in verdict.tests.iter().filter(|test| test.status == TestStatus::Skipped) {
        line(format!("  {} {} was skipped: {}", paint(Tone::Note, "○"), test.name, test.message));
    }
    if !verdict.passed()
        && !verdict.not_written()
        && !verdict.printed.is_empty()
        && !verdict.explanation.contains("rustc says")
    {
        line(String::new());
        line(format!("  {}", paint(Tone::Faint, "printed meanwhile:")));
        line(indent(&paint(Tone::Faint, &verdict.printed)));
    }
    if reader != Reader::List {
        line(String::new());
        line(advice(place, verdict, reader));
    }
    text
}

/// The test's name without the case in brackets.
fn base_name(test: &Test) -> &str {
    test.name.split('[').next().unwrap_or(&test.name)
}

fn headline(place: Place<'_>, verdict: &Verdict) -> String {
    let passed = verdict.count(TestStatus::Passed);
    let total = verdict.tests.len();
    let (tone, mark, word) = match verdict.status {
        Status::Passed => (Tone::Good, "✓", "passed"),
        Status::Failed => (Tone::Bad, "✗", "not yet"),
        Status::Error if verdict.tests.is_empty() => (Tone::Bad, "✗", "cannot be built or loaded"),
        Status::Error => (Tone::Bad, "✗", "broken off"),
        Status::NotRun => (Tone::Note, "?", "not judged"),
    };
    // Some tests pass by what PyO3 does alone; before anything is written their number says nothing.
    let counts =
        if total == 0 || verdict.not_written() { String::new() } else { format!("{passed} of {total} tests, ") };
    format!(
        "{} {}  {}  {}",
        paint(tone, mark),
        paint(Tone::Strong, format!("{} · {}", place.exercise.id(), place.exercise.title)),
        paint(tone, word),
        paint(Tone::Faint, format!("({counts}{:.2} s)", verdict.time.as_secs_f64())),
    )
}

fn failure(test: &Test) -> String {
    let title = format!("  {} {}", paint(Tone::Bad, "✗"), paint(Tone::Strong, &test.name));
    let Some(parts) = &test.expectation else {
        return format!("{title}\n{}", indent(&test.message));
    };
    let mut text = title;
    for (label, tone, value) in [
        ("called  ", Tone::Faint, &parts.call),
        ("got     ", Tone::Bad, &parts.got),
        ("expected", Tone::Good, &parts.expected),
        ("likely  ", Tone::Note, &parts.cause),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("\n    {}  {}", paint(tone, label), hang(value, 14)));
        }
    }
    text
}

/// Folds every line at word boundaries to the terminal's width, what is indented as far as its beginning.
pub(crate) fn fold(text: &str) -> String {
    let fold_line = |line: &str| {
        let rest = line.trim_start();
        let by = line.len() - rest.len();
        format!("{}{}", " ".repeat(by), hang(rest, by))
    };
    text.lines().map(fold_line).collect::<Vec<_>>().join("\n")
}

/// Folds at word boundaries, later lines indented by `by`.
fn hang(text: &str, by: usize) -> String {
    let room = width().saturating_sub(by).max(20);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        for word in paragraph.split(' ') {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join(&format!("\n{}", " ".repeat(by)))
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// The exercise's files, or the one that does not compile: a module is one crate, so another exercise may be in the way.
fn to_edit<'p>(place: Place<'p>, verdict: &Verdict) -> Vec<&'p std::path::PathBuf> {
    if !verdict.explanation.contains("rustc says") {
        return place.exercise.files.iter().collect();
    }
    let files = place.module.exercises.iter().flat_map(|exercise| &exercise.files);
    let named = files.filter_map(|file| {
        let named = format!("modules/{}/{}:", place.module.name, files::with_slashes(file));
        Some((verdict.explanation.find(&named)?, file))
    });
    match named.min_by_key(|(at, _)| *at) {
        Some((_, file)) => vec![file],
        None => place.exercise.files.iter().collect(),
    }
}

fn advice(place: Place<'_>, verdict: &Verdict, reader: Reader) -> String {
    let id = place.exercise.id();
    let mut lines = Vec::new();
    if verdict.passed() {
        if reader == Reader::Prompt {
            lines.push(format!("  `cargo course solution {id}` shows how we wrote it; `cargo course` goes on."));
        } else {
            lines.push("  s shows how we wrote it, n goes on.".to_owned());
        }
        if let (Some(artifact), Some(judge)) = (&verdict.artifact, &verdict.judge) {
            let path = artifact.path.display();
            let judged = format!("  judged: {path} (sha256 {}…) by Python {}", &artifact.sha256[..12], judge.version);
            lines.push(paint(Tone::Faint, judged));
        }
        return lines.join("\n");
    }
    for file in to_edit(place, verdict) {
        lines.push(format!("  edit    modules/{}/{}", place.module.name, files::with_slashes(file)));
    }
    lines.push(format!("  lesson  modules/{}/README.md", place.module.name));
    if reader == Reader::Prompt {
        lines.push(format!("  hint    cargo course hint {id}"));
    }
    lines.join("\n")
}
