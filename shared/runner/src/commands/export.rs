//! `cargo course export`.

use std::path::PathBuf;

use course_core::Error;

use crate::command_line::{Command, CommandOption, Invocation, Takes};
use crate::export;

pub(super) const COMMAND: Command = Command {
    name: "export",
    arguments: "ID FOLDER [--solution]",
    summary: "what you have written, as a project of its own outside of the course;\n\
              with --solution the course's own",
    takes: Takes::Options(&[CommandOption::flag("solution")], |arguments| {
        let solved = arguments.has("solution");
        match arguments.operands() {
            [id, folder] => {
                let (id, folder) = (id.clone(), PathBuf::from(folder));
                Ok(Invocation::new(vec![id.clone()], move |course| export::run(course, &id, &folder, solved)))
            }
            _ => Err(Error::new("`export` takes a module or an exercise, and a folder to make.")
                .advice("For example: `cargo course export 02 ../parallel_sum`.")),
        }
    }),
};
