//! Watch mode: checks again at every save, with single keys for everything else.
//!
//! One enum of events, one loop that takes them in turn. The check runs in a thread of its own and can be cancelled.

mod build_ahead;
mod keys;
mod saves;
mod state;
mod task;

use std::sync::mpsc::channel;

use course_core::Result;
use course_core::catalogue::Course;

use saves::Saves;
use state::{Event, Watch};

use crate::exit_status::ExitStatus;
use crate::progress::exercise_or_current;
use crate::setup;
use crate::ui::screen::Screen;

/// Watches an exercise until a key ends it.
pub(crate) fn run(course: &Course, id: Option<&str>, poll: bool) -> Result<ExitStatus> {
    let exercise_ref = exercise_or_current(course, id)?;
    setup::ensure(course, &[exercise_ref.module])?;
    let (sender, receiver) = channel();
    let screen = Screen::open()?;
    if screen.is_interactive() {
        keys::read(sender.clone());
    }
    let saved = sender.clone();
    let (_saves, notice) = Saves::watch(&course.root.join("modules"), poll, move || {
        let _ = saved.send(Event::MaybeSaved); // The receiver is gone when the loop has ended.
    });
    let at = course.exercises().position(|other| other.exercise.slug == exercise_ref.exercise.slug).unwrap_or(0);
    Watch::new(course, at, screen, sender, notice.unwrap_or_default()).run(&receiver)
}
