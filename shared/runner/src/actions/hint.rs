//! The next hint of an exercise, from a nudge to nearly there.

use course_core::Result;
use course_core::catalogue::{Course, Exercise};

use crate::progress::Progress;
use crate::ui::style::{Style, paint};
use crate::ui::text::fold;

/// The next hint as text, counted in the progress file; after the last one, the last one again.
pub(crate) fn next(course: &Course, exercise: &Exercise) -> Result<String> {
    let id = exercise.id();
    let total = exercise.hints.len();
    let progress = Progress::update(&course.root, |progress| {
        let seen = progress.hints.entry(id.clone()).or_default();
        *seen = (*seen + 1).min(total);
    })?;
    let level = progress.hints.get(&id).copied().unwrap_or(1).max(1);
    let Some(hint) = exercise.hints.get(level - 1) else {
        return Ok(format!("{id} has no hints."));
    };
    let more = if level < total {
        "Once more for the next one."
    } else {
        "That was the last one; `cargo course solution --reveal` shows the rest."
    };
    Ok(format!(
        "{}\n\n{}\n\n{}",
        paint(Style::Strong, format!("Hint {level} of {total} for {id}")),
        fold(hint),
        paint(Style::Faint, more)
    ))
}
