//! `cargo course solution`: ours beside the learner's, as a diff.

use course_core::Result;
use course_core::catalogue::Course;

use crate::actions::solution::render;
use crate::command_line::{Command, CommandOption, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::progress::{Progress, exercise_or_current};
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "solution",
    arguments: "[ID] [--reveal]",
    summary: "the solution beside your file, as a diff",
    takes: Takes::Options(&[CommandOption::flag("reveal")], |arguments| {
        let (id, reveal) = (arguments.one_id()?, arguments.has("reveal"));
        Ok(Invocation::new(arguments.ids(), move |course| run(course, id.as_deref(), reveal)))
    }),
};

fn run(course: &Course, id: Option<&str>, reveal: bool) -> Result<ExitStatus> {
    let exercise_ref = exercise_or_current(course, id)?;
    let id = exercise_ref.id();
    let solved = Progress::load(&course.root)?.solved.contains(&id);
    if !solved && !reveal {
        output::complain(format!(
            "{id} is not solved yet. `cargo course hint {id}` helps; `cargo course solution {id} --reveal` shows the solution all the same."
        ));
        return Ok(ExitStatus::NotYet);
    }
    output::print(&render(exercise_ref)?);
    Ok(ExitStatus::Success)
}
