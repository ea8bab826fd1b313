//! One file for each command of `cargo course`.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod grade;
pub(crate) mod hint;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod reset;
pub(crate) mod setup;
pub(crate) mod solution;
pub(crate) mod start;
pub(crate) mod verify;
pub(crate) mod watch;

use crate::catalogue::{Course, Place};
use crate::fault::{Fault, Outcome};
use crate::progress::Progress;

/// The exercise that an ID means, or without one the exercise the learner is at.
fn here<'c>(course: &'c Course, id: Option<&str>) -> Outcome<Place<'c>> {
    if let Some(id) = id {
        return course.exercise(id);
    }
    let progress = Progress::load(&course.root)?;
    progress.current(course).or_else(|| progress.next(course)).or_else(|| course.places().last()).ok_or_else(|| {
        Fault::new("The course has no exercises.")
            .mend("Is the folder `modules` complete? `git checkout -- modules` brings it back.")
    })
}
