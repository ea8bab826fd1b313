//! `cargo course solution`: ours beside the learner's, as a diff.

use similar::{ChangeTag, TextDiff};

use super::here;
use crate::catalogue::{Course, Place};
use crate::fault::Outcome;
use crate::files;
use crate::progress::Progress;
use crate::terminal::{self, Tone, paint};

pub(crate) fn run(course: &Course, id: Option<&str>, reveal: bool) -> Outcome<u8> {
    let place = here(course, id)?;
    let id = place.exercise.id();
    let solved = Progress::load(&course.root)?.solved.contains(&id);
    if !solved && !reveal {
        terminal::complain(format!(
            "{id} is not solved yet. `cargo course hint {id}` helps; `cargo course solution {id} --reveal` shows the solution all the same."
        ));
        return Ok(1);
    }
    terminal::print(&render(place)?);
    Ok(0)
}

/// The differences of all files of the exercise.
pub(crate) fn render(place: Place<'_>) -> Outcome<String> {
    let mut text = String::new();
    for file in &place.exercise.files {
        let theirs = std::fs::read_to_string(place.module.folder.join(file)).unwrap_or_default();
        let ours = files::read(&place.module.solution_folder.join(file))?;
        let name = files::with_slashes(file);
        text.push_str(&paint(Tone::Bad, format!("--- modules/{}/{name} (yours)\n", place.module.name)));
        text.push_str(&paint(Tone::Good, format!("+++ solutions/{}/{name} (ours)\n", place.module.name)));
        text.push_str(&difference(&theirs, &ours));
    }
    Ok(text)
}

fn difference(theirs: &str, ours: &str) -> String {
    if theirs == ours {
        return "  the same, to the letter\n".to_owned();
    }
    let diff = TextDiff::from_lines(theirs, ours);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(4).iter_hunks() {
        text.push_str(&paint(Tone::Note, hunk.header()));
        text.push('\n');
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            text.push_str(&match change.tag() {
                ChangeTag::Delete => paint(Tone::Bad, format!("-{line}")),
                ChangeTag::Insert => paint(Tone::Good, format!("+{line}")),
                ChangeTag::Equal => format!(" {line}"),
            });
            text.push('\n');
        }
    }
    text
}
