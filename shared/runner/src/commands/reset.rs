//! `cargo course reset`: the stub again. The learner's file is kept first.

use course_core::catalogue::Course;
use course_core::{Error, Result};

use crate::actions::reset::reset;
use crate::command_line::{Command, CommandOption, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "reset",
    arguments: "ID [--module]",
    summary: "the stub again; your file is kept as a backup",
    takes: Takes::Options(&[CommandOption::flag("module")], |arguments| {
        let whole_module = arguments.has("module");
        let id = arguments.one_id()?.ok_or_else(|| {
            Error::new("`reset` needs to know which exercise.").advice("For example: `cargo course reset 01.divide`.")
        })?;
        Ok(Invocation::new(arguments.ids(), move |course| run(course, &id, whole_module)))
    }),
};

fn run(course: &Course, id: &str, whole_module: bool) -> Result<ExitStatus> {
    let exercise_refs = course.select(id)?;
    if exercise_refs.len() > 1 && !whole_module {
        return Err(Error::new(format!("`{id}` is a module with {} exercises.", exercise_refs.len()))
            .advice(format!("Name one exercise, or reset them all with `cargo course reset {id} --module`.")));
    }
    for exercise_ref in exercise_refs {
        for line in reset(course, exercise_ref)? {
            output::say(line);
        }
    }
    Ok(ExitStatus::Success)
}
