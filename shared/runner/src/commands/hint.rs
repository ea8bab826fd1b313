//! `cargo course hint`: the next hint, from a nudge to nearly there.

use course_core::Result;
use course_core::catalogue::Course;

use crate::actions::hint;
use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::progress::exercise_or_current;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "hint",
    arguments: "[ID]",
    summary: "the next hint of three",
    takes: Takes::Options(&[], |arguments| {
        let id = arguments.one_id()?;
        Ok(Invocation::new(arguments.ids(), move |course| run(course, id.as_deref())))
    }),
};

fn run(course: &Course, id: Option<&str>) -> Result<ExitStatus> {
    let exercise_ref = exercise_or_current(course, id)?;
    output::say(hint::next(course, exercise_ref.exercise)?);
    Ok(ExitStatus::Success)
}
