//! The course's solution of an exercise beside the learner's own, as a diff.

use course_core::Result;
use course_core::catalogue::ExerciseRef;
use course_core::files;
use similar::{ChangeTag, TextDiff};

use crate::ui::style::{Style, paint};

/// The differences of all files of the exercise.
pub(crate) fn render(exercise_ref: ExerciseRef<'_>) -> Result<String> {
    let mut text = String::new();
    for file in &exercise_ref.exercise.files {
        let learner = std::fs::read_to_string(exercise_ref.module.folder.join(file)).unwrap_or_default();
        let solution = files::read(&exercise_ref.module.solution_folder.join(file))?;
        let name = files::with_slashes(file);
        text.push_str(&paint(Style::Bad, format!("--- modules/{}/{name} (yours)\n", exercise_ref.module.name)));
        text.push_str(&paint(Style::Good, format!("+++ solutions/{}/{name} (ours)\n", exercise_ref.module.name)));
        text.push_str(&difference(&learner, &solution));
    }
    Ok(text)
}

fn difference(learner: &str, solution: &str) -> String {
    if learner == solution {
        return "  the same, to the letter\n".to_owned();
    }
    let diff = TextDiff::from_lines(learner, solution);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(4).iter_hunks() {
        text.push_str(&paint(Style::Note, hunk.header()));
        text.push('\n');
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            text.push_str(&match change.tag() {
                ChangeTag::Delete => paint(Style::Bad, format!("-{line}")),
                ChangeTag::Insert => paint(Style::Good, format!("+{line}")),
                ChangeTag::Equal => format!(" {line}"),
            });
            text.push('\n');
        }
    }
    text
}
