//! The next hint of an exercise, from a nudge to nearly there.

use std::path::{Path, PathBuf};

use course_core::catalogue::{Course, Exercise, ExerciseRef};
use course_core::digest::Digest;
use course_core::{Result, files, workspace};

use crate::check::verdict::Verdict;
use crate::progress::Progress;
use crate::ui::style::{Style, paint};
use crate::ui::text::{fold, unfilled};

fn record_path(root: &Path) -> PathBuf {
    workspace::own_folder(root).join("in_the_way.txt")
}

/// Remembers whether another exercise keeps this one from compiling: a hint about this one would not help then.
pub(crate) fn remember(root: &Path, exercise_ref: ExerciseRef<'_>, verdict: &Verdict) -> Result<()> {
    let path = record_path(root);
    match verdict.in_the_way(exercise_ref) {
        Some(other) => {
            let refused = written(ExerciseRef { module: exercise_ref.module, exercise: other });
            files::write_atomically(&path, format!("{} {} {refused}\n", exercise_ref.id(), other.id()).as_bytes())
        }
        None => {
            let _ = std::fs::remove_file(&path); // It is rarely there.
            Ok(())
        }
    }
}

/// The exercise that kept this one from compiling when it was checked last, if it is still written as it was then.
fn in_the_way(course: &Course, id: &str) -> Option<String> {
    let text = std::fs::read_to_string(record_path(&course.root)).ok()?;
    let mut words = text.split_whitespace();
    let (this, other, refused) = (words.next()?, words.next()?, words.next()?);
    let other = course.exercise(other).ok()?;
    (this == id && written(other) == refused).then(|| other.id())
}

/// A digest of the learner's files of an exercise.
fn written(exercise_ref: ExerciseRef<'_>) -> String {
    let mut digest = Digest::new();
    for file in &exercise_ref.exercise.files {
        digest.update(std::fs::read(exercise_ref.module.folder.join(file)).unwrap_or_default());
    }
    digest.finish()
}

/// The next hint as text, counted in the progress file; after the last one, the last one again.
pub(crate) fn next(course: &Course, exercise: &Exercise) -> Result<String> {
    let id = exercise.id();
    if let Some(other) = in_the_way(course, &id) {
        return Ok(fold(&format!(
            "{id} cannot be tried yet: rustc refuses the code of {other}, and a module is one crate, so its exercises compile \
             together.\n\n`cargo course watch {other}` goes there, `cargo course hint {other}` helps with it, and \
             `cargo course reset {other}` puts its stub back and keeps yours.",
        )));
    }
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
        fold(&unfilled(hint)),
        paint(Style::Faint, more)
    ))
}
