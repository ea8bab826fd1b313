//! `cargo course setup`

use course_core::Result;
use course_core::catalogue::Course;

use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "setup",
    arguments: "",
    summary: "make this machine ready; may be repeated at any time",
    takes: Takes::Options(&[], |arguments| {
        arguments.no_operands()?;
        Ok(Invocation::new(Vec::new(), run))
    }),
};

fn run(course: &Course) -> Result<ExitStatus> {
    let modules: Vec<_> = course.modules.iter().collect();
    let was_done = setup::is_done(&course.root, &modules);
    setup::run(course, &modules)?;
    output::say(if was_done { "All was set up already." } else { "Set up. From here on no network is needed." });
    output::say("Go on with `cargo course`.");
    Ok(ExitStatus::Success)
}
