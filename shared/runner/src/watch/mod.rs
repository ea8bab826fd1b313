//! Watch mode: checks again at every save, with single keys for everything else.
//!
//! One enum of events, one loop that takes them in turn. The check runs in a thread of its own and can be cancelled.

mod build_ahead;
mod editor;
mod keys;
mod saves;
mod state;
mod task;

use std::sync::mpsc::channel;

use course_core::Result;
use course_core::catalogue::{Course, ExerciseRef};

use keys::Keyboard;
use saves::Saves;
use state::{Event, Watch};

use crate::exit_status::ExitStatus;
use crate::progress::{Progress, exercise_or_current};
use crate::setup;
use crate::ui::screen::Screen;

/// The exercise of an ID. A module's ID means its first unsolved exercise, or its first one.
fn chosen<'c>(course: &'c Course, id: Option<&str>) -> Result<ExerciseRef<'c>> {
    if let Some(id) = id
        && course.module(id).is_some()
        && let exercise_refs = course.select(id)?
        && let Some(first) = exercise_refs.first()
    {
        let progress = Progress::load(&course.root)?;
        let unsolved = exercise_refs.iter().find(|exercise_ref| !progress.solved.contains(&exercise_ref.id()));
        return Ok(*unsolved.unwrap_or(first));
    }
    exercise_or_current(course, id)
}

/// Watches an exercise until a key ends it.
pub(crate) fn run(course: &Course, id: Option<&str>, poll: bool) -> Result<ExitStatus> {
    let exercise_ref = chosen(course, id)?;
    setup::ensure(course, &[exercise_ref.module])?;
    let (sender, receiver) = channel();
    let screen = Screen::open()?;
    let keyboard = Keyboard::default();
    if screen.is_interactive() {
        let sender = sender.clone();
        keyboard.read(move |event| sender.send(Event::Terminal(event)).is_ok());
    }
    let saved = sender.clone();
    let (_saves, notice) = Saves::watch(&course.root.join("modules"), poll, move || {
        let _ = saved.send(Event::MaybeSaved); // The receiver is gone when the loop has ended.
    });
    let at = course.exercises().position(|other| other.exercise.slug == exercise_ref.exercise.slug).unwrap_or(0);
    Watch::new(course, at, screen, keyboard, sender, notice.unwrap_or_default()).run(&receiver)
}
