//! The bare `cargo course`: sets up if need be, then goes on where the learner is.

use crate::catalogue::Course;
use crate::commands::{check, list, watch};
use crate::fault::Outcome;
use crate::progress::Progress;
use crate::setup;
use crate::terminal::{self, Tone, paint};

pub(crate) fn run(course: &Course) -> Outcome<u8> {
    if !setup::is_done(&course.root, &[]) {
        terminal::say(paint(Tone::Strong, "Welcome. This machine is made ready first; later starts take no time."));
    }
    let progress = Progress::load(&course.root)?;
    let next = progress.next(course);
    setup::ensure(course, &next.map(|place| place.module).into_iter().collect::<Vec<_>>())?;
    let Some(place) = next else {
        terminal::print(&list::render(course, &progress));
        terminal::say("\nAll exercises are solved. `cargo course watch ID` goes back to one of them.");
        return Ok(0);
    };
    let id = place.exercise.id();
    if terminal::interactive() {
        return watch::run(course, Some(&id), false);
    }
    // Without a terminal there is nobody to wait for: one check, and what to do next.
    check::run(course, std::slice::from_ref(&id), false, false)?;
    let next = Progress::load(&course.root)?.next(course).map(|place| place.exercise.id());
    if let Some(next) = next.filter(|next| *next != id) {
        terminal::say(format!("\nNext: {next}."));
    }
    terminal::say("\nIn a terminal, `cargo course` goes on from here and checks again at every save.");
    Ok(0)
}
