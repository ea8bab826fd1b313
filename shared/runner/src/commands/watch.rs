//! `cargo course watch`: checks again at every save, with single keys for everything else.

use crate::command_line::{Command, CommandOption, Invocation, Takes};
use crate::watch;

pub(super) const COMMAND: Command = Command {
    name: "watch",
    arguments: "[ID] [--poll]",
    summary: "check again at every save; keys for everything else",
    takes: Takes::Options(&[CommandOption::flag("poll")], |arguments| {
        let (id, poll) = (arguments.one_id()?, arguments.has("poll"));
        Ok(Invocation::new(arguments.ids(), move |course| watch::run(course, id.as_deref(), poll)))
    }),
};
