//! A verdict as a person reads it: the call, its result, the expected result, the likely cause, the way to help.

use std::path::Path;

use course_core::catalogue::ExerciseRef;
use course_core::events::without_case;
use course_core::files;

use super::style::{Style, paint};
use super::text::{hang, indent};
use crate::actions::task::{self, path_in};
use crate::check::verdict::{CompilerError, FailureKind, Status, Test, TestStatus, Verdict};

/// The number of failures that are shown in full; the others are named.
const SHOWN_FAILURES: usize = 3;

/// The place where a verdict is read, which decides the advice below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// One verdict at a prompt.
    Prompt,
    /// One of many, without advice.
    List,
    /// Watch mode, which has keys.
    Watch,
}

/// The whole verdict. Watch mode shows its advice apart.
pub(crate) fn render(exercise_ref: ExerciseRef<'_>, verdict: &Verdict, audience: Audience) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(headline(exercise_ref, verdict));
    if verdict.not_written() {
        if audience != Audience::List {
            line(task::render(exercise_ref).trim_end().to_owned());
        }
        let unwritten = task::unwritten(exercise_ref);
        let unwritten = unwritten
            .map_or_else(|| "Not written yet.".to_owned(), |todo| format!("Not written yet. The stub says: {todo}"));
        line(format!("  {}", hang(&paint(Style::Note, unwritten), 2)));
    }
    if !verdict.compiler_errors().is_empty() {
        line(String::new());
        line(compiler_errors(verdict.compiler_errors()));
    } else if !verdict.failures.is_empty() {
        line(String::new());
        line(indent(&verdict.explanation()));
    }
    let failing: Vec<&Test> =
        verdict.tests.iter().filter(|test| matches!(test.status, TestStatus::Failed | TestStatus::Error)).collect();
    // Cases of one parametrised test fail for one reason: the first speaks for all.
    let mut groups: Vec<Vec<&Test>> = Vec::new();
    for test in failing.into_iter().filter(|test| !broke_off(verdict, test)) {
        match groups.iter_mut().find(|group| without_case(&group[0].name) == without_case(&test.name)) {
            Some(group) => group.push(test),
            None => groups.push(vec![test]),
        }
    }
    for group in groups.iter().take(SHOWN_FAILURES) {
        line(String::new());
        line(failure(group[0]));
        if group.len() > 1 {
            line(format!("    {}", paint(Style::Faint, format!("and {} more of its cases", group.len() - 1))));
        }
    }
    if groups.len() > SHOWN_FAILURES {
        line(String::new());
    }
    for group in groups.iter().skip(SHOWN_FAILURES) {
        line(format!("  {} {}", paint(Style::Bad, "✗"), without_case(&group[0].name)));
    }
    let unwritten = verdict.count(TestStatus::Unwritten);
    if unwritten > 0 && !verdict.not_written() {
        line(format!(
            "  {} {unwritten} more {} what is not written yet",
            paint(Style::Note, "○"),
            if unwritten == 1 { "test waits for" } else { "tests wait for" }
        ));
    }
    for test in verdict.tests.iter().filter(|test| test.status == TestStatus::Skipped) {
        line(format!("  {} {} was skipped: {}", paint(Style::Note, "○"), test.name, test.message));
    }
    if !verdict.passed()
        && !verdict.not_written()
        && !verdict.printed.is_empty()
        && verdict.compiler_errors().is_empty()
    {
        line(String::new());
        line(format!("  {}", paint(Style::Faint, "printed meanwhile:")));
        line(indent(&paint(Style::Faint, &verdict.printed)));
    }
    if verdict.passed() && audience != Audience::List {
        for note in notes_after_a_pass(exercise_ref, verdict, audience) {
            line(note);
        }
    }
    if audience == Audience::Prompt {
        line(String::new());
        line(advice(exercise_ref, verdict, audience));
    }
    text
}

/// The decisive error in full and the others by their first lines: the others usually follow from the first.
fn compiler_errors(errors: &[CompilerError]) -> String {
    let Some((first, rest)) = errors.split_first() else { return String::new() };
    // The count stands above: on a small screen the end of a long error is cut off.
    let first_of = if rest.is_empty() { String::new() } else { format!(" first ({} more below)", rest.len()) };
    let mut text = format!("    Your code does not compile yet. rustc says{first_of}:\n\n{}", indent(&first.rendered));
    if let Some(help) = &first.help {
        text.push_str(&format!("\n\n    {}    {}", paint(Style::Note, "help"), hang(help, 12)));
    }
    if first.is_in_a_test() {
        let help = "The tests call your function as the stub has it. Give it the stub's name, arguments and result back, and leave \
                    the tests as they are.";
        text.push_str(&format!("\n\n    {}    {}", paint(Style::Note, "help"), hang(help, 12)));
    }
    if !rest.is_empty() {
        text.push_str(&format!("\n\n    {} more:", rest.len()));
    }
    for error in rest.iter().take(SHOWN_FAILURES) {
        let name = error.file.as_ref().and_then(|file| Path::new(file).file_name());
        let place = name.map(|name| format!(" ({})", name.to_string_lossy())).unwrap_or_default();
        let headline = hang(&format!("{}{place}", error.headline), 6);
        text.push_str(&format!("\n    {} {headline}", paint(Style::Bad, "✗")));
    }
    if rest.len() > SHOWN_FAILURES {
        text.push_str("\n    …");
    }
    text
}

/// Notes after a pass: rustc's warnings about the exercise's own files, and the speed, which tests cannot see.
fn notes_after_a_pass(exercise_ref: ExerciseRef<'_>, verdict: &Verdict, audience: Audience) -> Vec<String> {
    let mut notes = Vec::new();
    let module = exercise_ref.module;
    let own =
        exercise_ref.exercise.files.iter().map(|file| format!("modules/{}/{}", module.name, files::with_slashes(file)));
    let own: Vec<String> = own.collect();
    let warnings: Vec<&String> =
        verdict.warnings.iter().filter(|(file, _)| own.contains(file)).map(|(_, rendered)| rendered).collect();
    if let Some(first) = warnings.first() {
        let count = if warnings.len() == 1 { "this" } else { "this first of several warnings" };
        notes.push(format!("\n  It passes. rustc still says {count}:\n\n{}", indent(first)));
    }
    if module.folder.join("bench.py").is_file() {
        let how = if audience == Audience::Watch {
            "b".to_owned()
        } else {
            format!("`cargo course bench {}`", module.number())
        };
        let note = format!("Tests do not see speed: {how} compares your code with ours and with Python's.");
        notes.push(format!("\n  {}", paint(Style::Faint, note)));
    }
    notes
}

/// Whether the run broke off in this test, which the explanation then says.
fn broke_off(verdict: &Verdict, test: &Test) -> bool {
    let is_this =
        |kind: &FailureKind| matches!(kind, FailureKind::BrokeOff { test: Some(name), .. } if *name == test.name);
    verdict.failures.iter().any(|failure| is_this(&failure.kind))
}

fn headline(exercise_ref: ExerciseRef<'_>, verdict: &Verdict) -> String {
    let passed = verdict.count(TestStatus::Passed);
    let total = verdict.tests.len();
    let (style, mark, word) = match verdict.status {
        Status::Passed => (Style::Good, "✓", "passed"),
        Status::Failed => (Style::Bad, "✗", "not yet"),
        Status::Error if verdict.tests.is_empty() => (Style::Bad, "✗", "cannot be built or loaded"),
        Status::Error => (Style::Bad, "✗", "broken off"),
        Status::NotRun => (Style::Note, "?", "not judged"),
    };
    // PyO3 alone makes some tests pass. Before anything is written, their number would mislead.
    let counts =
        if total == 0 || verdict.not_written() { String::new() } else { format!("{passed} of {total} tests, ") };
    format!(
        "{} {}  {}  {}",
        paint(style, mark),
        paint(Style::Strong, format!("{} · {}", exercise_ref.id(), exercise_ref.exercise.title)),
        paint(style, word),
        paint(Style::Faint, format!("({counts}{:.2} s)", verdict.time.as_secs_f64())),
    )
}

fn failure(test: &Test) -> String {
    let title = format!("  {} {}", paint(Style::Bad, "✗"), paint(Style::Strong, &test.name));
    let Some(parts) = &test.expectation else {
        return format!("{title}\n{}", indent(&test.message));
    };
    let mut text = title;
    for (label, style, value) in [
        ("called  ", Style::Faint, &parts.call),
        ("got     ", Style::Bad, &parts.got),
        ("expected", Style::Good, &parts.expected),
        ("likely  ", Style::Note, &parts.cause),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("\n    {}  {}", paint(style, label), hang(value, 14)));
        }
    }
    text
}

/// The exercise's files, or the file that does not compile: a module is one crate, so another exercise may be in the
/// way.
fn to_edit<'p>(exercise_ref: ExerciseRef<'p>, verdict: &Verdict) -> Vec<&'p std::path::PathBuf> {
    let refused = verdict.compiler_errors();
    if refused.is_empty() {
        return exercise_ref.exercise.files.iter().collect();
    }
    let of_module: Vec<&std::path::PathBuf> =
        exercise_ref.module.exercises.iter().flat_map(|exercise| &exercise.files).collect();
    let first = refused.iter().find_map(|refused| {
        let inside = refused.file.as_ref()?.strip_prefix(&format!("modules/{}/", exercise_ref.module.name))?;
        of_module.iter().copied().find(|file| files::with_slashes(file) == inside)
    });
    first.map_or_else(|| exercise_ref.exercise.files.iter().collect(), |file| vec![file])
}

/// The learner's next steps.
pub(crate) fn advice(exercise_ref: ExerciseRef<'_>, verdict: &Verdict, audience: Audience) -> String {
    let id = exercise_ref.id();
    let mut lines = Vec::new();
    if verdict.passed() {
        if audience == Audience::Prompt {
            lines.push(format!("  `cargo course solution {id}` shows how we wrote it; `cargo course` goes on."));
        } else {
            lines.push("  s shows how we wrote it, n goes on.".to_owned());
        }
        if let (Some(artifact), Some(python)) = (&verdict.artifact, &verdict.interpreter) {
            let path = files::with_slashes(&artifact.path);
            let judged = format!("  judged: {path} (sha256 {}…) by Python {}", &artifact.sha256[..12], python.version);
            lines.push(paint(Style::Faint, judged));
        }
        return lines.join("\n");
    }
    for file in to_edit(exercise_ref, verdict) {
        lines.push(format!("  edit    {}", path_in(exercise_ref.module, file)));
    }
    lines.push(format!("  lesson  {}", path_in(exercise_ref.module, Path::new("README.md"))));
    if let Some(other) = verdict.in_the_way(exercise_ref) {
        lines.push(format!(
            "  That file is part of {}. A module is one crate, so its exercises compile together.",
            other.id()
        ));
    }
    if audience == Audience::Prompt {
        let id = verdict.in_the_way(exercise_ref).map_or(id, course_core::catalogue::Exercise::id);
        lines.push(format!("  hint    cargo course hint {id}"));
    }
    lines.join("\n")
}
