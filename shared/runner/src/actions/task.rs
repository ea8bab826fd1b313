//! An exercise in a few lines: its task from the lesson, its cost and worth, and the text of its stub about the code to
//! write.

use std::path::Path;

use course_core::catalogue::{Exercise, ExerciseRef, Module};

use crate::progress::Progress;
use crate::ui::style::width;
use crate::ui::text::{fold, fold_columns};

/// `30 minutes, 15 points` and the task, indented as a verdict is.
pub(crate) fn render(exercise_ref: ExerciseRef<'_>) -> String {
    let exercise = exercise_ref.exercise;
    let mut text = format!("  {} minutes, {} points\n", exercise.minutes, exercise.points);
    if let Some(task) = task(exercise_ref) {
        for line in in_two_lines(&task, width() - 2) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// The first paragraph of the exercise's section in the lesson.
fn task(exercise_ref: ExerciseRef<'_>) -> Option<String> {
    let lesson = std::fs::read_to_string(exercise_ref.module.lesson()).ok()?;
    let heading = format!("`{}`", exercise_ref.exercise.slug);
    let mut lines =
        lesson.lines().skip_while(|line| !(line.starts_with("## ") && line.trim_end().ends_with(&heading))).skip(1);
    let first = lines.find(|line| !line.trim().is_empty())?;
    let rest = lines.take_while(|line| !line.trim().is_empty());
    let paragraph = std::iter::once(first).chain(rest).map(str::trim).collect::<Vec<_>>().join(" ");
    // Another heading, a table or a code block is no task.
    (!["#", "|", "```", ">"].iter().any(|start| paragraph.starts_with(start)))
        .then(|| paragraph.replace('*', "").trim_end_matches(':').to_owned())
}

/// As many whole sentences as two lines hold; a first sentence that is longer is cut.
fn in_two_lines(text: &str, columns: usize) -> Vec<String> {
    let fits = |part: &str| fold_columns(part, columns).len() <= 2;
    let ends = text.match_indices(". ").map(|(index, _)| index + 1).chain([text.len()]);
    let whole = ends.map(|end| &text[..end]).take_while(|part| fits(part)).last();
    if let Some(whole) = whole {
        return fold_columns(whole, columns);
    }
    let spaces = text.match_indices(' ').map(|(index, _)| index);
    let cut = spaces.map(|end| format!("{} …", &text[..end])).take_while(|part| fits(part)).last();
    fold_columns(&cut.unwrap_or_default(), columns)
}

/// The code to write next: the text of the first `todo!` in the exercise's files.
pub(crate) fn unwritten(exercise_ref: ExerciseRef<'_>) -> Option<String> {
    let folder = &exercise_ref.module.folder;
    exercise_ref.exercise.files.iter().find_map(|file| first_todo(&std::fs::read_to_string(folder.join(file)).ok()?))
}

/// Rust's mark for unwritten code. It stands here in two pieces, so that a search for unfinished code does not find this line.
pub(crate) const TODO: &str = concat!("todo!", "(");

/// Python's mark for it.
const RAISE: &str = "raise NotImplementedError(";

/// The text of the first `todo!` in Rust, or of the first `NotImplementedError` in Python.
fn first_todo(source: &str) -> Option<String> {
    let code = |line: &&str| !line.trim_start().starts_with(['/', '#']);
    let source = source.lines().filter(code).collect::<Vec<_>>().join("\n");
    let starts = [TODO, RAISE].into_iter();
    let begin = starts.filter_map(|start| Some(source.find(start)? + start.len())).min()?;
    let inside = source[begin..].trim_start().strip_prefix('"')?;
    let (mut text, mut escaped) = (String::new(), false);
    for sign in inside.chars() {
        match (escaped, sign) {
            (false, '"') => break,
            (false, '\\') => escaped = true,
            _ => {
                text.push(sign);
                escaped = false;
            }
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.strip_prefix("not yet implemented:").map(str::trim_start).unwrap_or(&text).to_owned();
    (!text.is_empty()).then_some(text)
}

/// The topics of a solved module, and the module that comes next; `go_on` says how to get there. Nothing, if an exercise
/// of it is unsolved.
pub(crate) fn module_is_complete(
    modules: &[Module],
    module: &Module,
    progress: &Progress,
    go_on: &str,
) -> Option<String> {
    let is_solved = |exercise: &Exercise| progress.solved.contains(&exercise.id());
    if !module.exercises.iter().all(is_solved) {
        return None;
    }
    let points: u32 = module.exercises.iter().map(|exercise| exercise.points).sum();
    let mut concepts: Vec<&str> = Vec::new();
    for concept in module.exercises.iter().flat_map(|exercise| &exercise.concepts) {
        if !concepts.contains(&concept.as_str()) {
            concepts.push(concept);
        }
    }
    let mut text = format!(
        "  Module {} is complete: {} exercises, {points} points.\n  You have learnt: {}.\n",
        module.number(),
        module.exercises.len(),
        concepts.join(", ")
    );
    if module.questions().is_file() {
        text.push_str(&format!("  Questions to test yourself: modules/{}/quiz.md\n", module.name));
    }
    let unsolved = |other: &&Module| !other.exercises.iter().all(is_solved);
    let after = modules.iter().skip_while(|other| other.name != module.name).skip(1);
    match after.chain(modules).find(unsolved) {
        Some(next) => {
            text.push_str(&format!("  Next: {} · {}. {}\n  {go_on}\n", next.number(), next.title, next.summary));
        }
        None => text.push_str("  That was the last one: all exercises of the course are solved.\n"),
    }
    Some(fold(&text))
}

/// A path below the course's folder that opens with the terminal's own means, where it has them.
pub(crate) fn path_in(module: &Module, file: &Path) -> String {
    let shown = format!("modules/{}/{}", module.name, course_core::files::with_slashes(file));
    crate::ui::style::link(&module.folder.join(file), &shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use course_core::catalogue::Course;

    #[test]
    fn every_exercise_has_a_task_of_two_lines_and_says_what_is_to_be_written() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let course = Course::load(root).unwrap();
        for exercise_ref in course.exercises() {
            let task = task(exercise_ref).unwrap_or_else(|| panic!("{} has no task", exercise_ref.id()));
            for columns in [38, 78, 98] {
                let lines = in_two_lines(&task, columns);
                assert!((1..=2).contains(&lines.len()), "{}: {lines:?}", exercise_ref.id());
                assert!(!lines[0].is_empty(), "{}", exercise_ref.id());
                assert!(lines.iter().all(|line| line.chars().count() <= columns), "{}: {lines:?}", exercise_ref.id());
            }
            let stubs = exercise_ref.exercise.files.iter().map(|file| exercise_ref.module.stub(file));
            for stub in stubs.filter(|stub| stub.extension().is_some_and(|extension| extension == "rs")) {
                let text = std::fs::read_to_string(&stub).unwrap();
                if text.lines().any(|line| line.trim_start().starts_with(TODO)) {
                    assert!(first_todo(&text).is_some_and(|todo| todo.len() > 4), "{}", stub.display());
                }
            }
        }
    }

    #[test]
    fn the_text_of_a_todo_is_found_however_it_is_written() {
        for (source, text) in [
            (format!("fn f() {{\n    {TODO}\"twice x\")\n}}"), Some("twice x")),
            (format!("    {TODO}\n        \"a \\\"b\\\", \\\n         c\"\n    )"), Some("a \"b\", c")),
            (format!("    // No `{TODO}\"here\")`\n    {TODO}\"there\")"), Some("there")),
            (format!("{RAISE}\"not yet implemented: a task for each part\")"), Some("a task for each part")),
            (format!("{TODO})"), None),
            ("fn done() {}".to_owned(), None),
        ] {
            assert_eq!(first_todo(&source).as_deref(), text, "{source}");
        }
    }

    #[test]
    fn whole_sentences_are_kept_where_they_fit() {
        assert_eq!(in_two_lines("One two. Three four. Five six seven.", 12), ["One two.", "Three four."]);
        assert_eq!(in_two_lines("One two three four five six seven eight", 12), ["One two", "three four …"]);
    }
}
