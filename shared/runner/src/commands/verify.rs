//! `cargo course verify`: the course's own tests.

use course_core::Result;

use super::ALL;
use crate::command_line::{self, Command, CommandOption, Invocation, Request, Takes};
use crate::verify;

pub(super) const COMMAND: Command = Command {
    name: "verify",
    arguments: "[MODULE]… [--thorough]",
    summary: "the course's own tests: solutions pass, stubs fail, lessons hold",
    takes: Takes::Options(&[CommandOption::flag("thorough")], |arguments| {
        let (ids, thorough) = (arguments.ids(), arguments.has("thorough"));
        Ok(Invocation::new(arguments.ids(), move |course| verify::run(course, &ids, thorough, ids_named_by)))
    }),
};

/// The exercises and modules that a command line names, as a lesson shows it. An error if there is no such command.
fn ids_named_by(line: &str) -> Result<Vec<String>> {
    match command_line::parse(ALL, line.split_whitespace().map(Into::into))? {
        Request::Run(invocation) => Ok(invocation.ids),
        _ => Ok(Vec::new()),
    }
}
