//! The bare `cargo course`: sets up if need be, then goes on where the learner is.

use course_core::Result;
use course_core::catalogue::Course;

use super::check;
use crate::actions::list;
use crate::exit_status::ExitStatus;
use crate::progress::Progress;
use crate::setup;
use crate::ui::output;
use crate::ui::screen;
use crate::ui::style::{Style, paint};
use crate::ui::text::for_terminal;
use crate::watch;

pub(super) fn run(course: &Course) -> Result<ExitStatus> {
    if !setup::is_done(&course.root, &[]) {
        output::say(paint(Style::Strong, "Welcome. This machine is made ready first; later starts take no time."));
    }
    let progress = Progress::load(&course.root)?;
    let next = progress.next(course);
    setup::ensure(course, &next.map(|exercise_ref| exercise_ref.module).into_iter().collect::<Vec<_>>())?;
    let Some(exercise_ref) = next else {
        output::print(&for_terminal(&list::render(course, &progress)));
        output::say("\nAll exercises are solved. `cargo course watch ID` goes back to one of them.");
        return Ok(ExitStatus::Success);
    };
    let id = exercise_ref.id();
    if screen::interactive() {
        return watch::run(course, Some(&id), false);
    }
    // Without a terminal nobody can press keys: one check, and the next step.
    check::run(course, std::slice::from_ref(&id), false, false)?;
    let next = Progress::load(&course.root)?.next(course).map(|exercise_ref| exercise_ref.id());
    if let Some(next) = next.filter(|next| *next != id) {
        output::say(format!("\nNext: {next}."));
    }
    output::say("\nIn a terminal, `cargo course` goes on from here and checks again at every save.");
    Ok(ExitStatus::Success)
}
