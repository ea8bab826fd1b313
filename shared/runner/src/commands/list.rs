//! `cargo course list`: the modules and exercises, and the learner's progress.

use course_core::Result;
use course_core::catalogue::Course;

use crate::actions::list::render;
use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::progress::Progress;
use crate::ui::output;
use crate::ui::text::for_terminal;

pub(super) const COMMAND: Command = Command {
    name: "list",
    arguments: "",
    summary: "modules and exercises, and how far you are",
    takes: Takes::Options(&[], |arguments| {
        arguments.no_operands()?;
        Ok(Invocation::new(Vec::new(), run))
    }),
};

fn run(course: &Course) -> Result<ExitStatus> {
    let progress = Progress::load(&course.root)?;
    output::print(&for_terminal(&render(course, &progress)));
    Ok(ExitStatus::Success)
}
