//! The runner behind `cargo course`: sets up, watches, checks and explains.
//!
//! `commands` has one file for each command. `check` finds out how an exercise stands; its verdict is plain data that
//! `ui` shows. `watch` and `verify` are the two larger commands, `actions` is the work that commands and the keys of
//! watch mode share.

#![forbid(unsafe_code)]

mod actions;
mod check;
mod command_line;
mod commands;
mod exit_status;
mod export;
mod progress;
mod setup;
mod ui;
mod verify;
mod watch;

use std::process::ExitCode;

use course_core::{Error, Result, process, recipe};

use command_line::Request;
use exit_status::ExitStatus;
use ui::output;

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(code) = recipe::record_if_asked() {
        return code;
    }
    let request = process::install_interrupt_handler()
        .map_err(|error| Error::new(format!("Cannot listen for Ctrl-C: {error}.")).caused_by(error))
        .and_then(|()| command_line::parse(commands::ALL, std::env::args_os().skip(1)));
    match request.and_then(run) {
        Ok(status) => status.into(),
        Err(error) => {
            output::complain(&error);
            ExitStatus::from(&error).into()
        }
    }
}

fn run(request: Request) -> Result<ExitStatus> {
    match request {
        Request::Help => output::print(&command_line::help(commands::ALL)),
        Request::HelpForReadme => output::print(&command_line::readme_table(commands::ALL)),
        Request::Version => output::say(concat!("course ", env!("CARGO_PKG_VERSION"))),
        Request::Start => return commands::start().run(),
        Request::Run(invocation) => return invocation.run(),
    }
    Ok(ExitStatus::Success)
}
