//! The runner behind `cargo course`: sets up, watches, checks and explains.
//!
//! `catalogue` says what there is, `judge` finds out how an exercise stands, `verdict` is what it found, `report` and
//! `verdict::to_json` show it; `commands` has one file for each command. The modules that are public are what the grader,
//! a program of its own, needs too.

#![forbid(unsafe_code)]

pub mod catalogue;
mod cli;
mod commands;
mod compile;
pub mod fault;
pub mod files;
mod judge;
pub mod process;
mod progress;
pub mod python;
mod report;
mod rust_tests;
mod saves;
mod setup;
mod terminal;
mod verdict;
mod worker;
pub mod workspace;

use std::process::ExitCode;

use catalogue::Course;
use cli::Command;
use fault::{Fault, Outcome};

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    match process::install_interrupt_handler()
        .map_err(|error| Fault::new(format!("Cannot listen for Ctrl-C: {error}.")))
        .and_then(|()| cli::parse(std::env::args_os().skip(1)))
        .and_then(run)
    {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            terminal::complain(&fault);
            ExitCode::from(fault.exit_code())
        }
    }
}

/// Runs a command; the number is the exit status.
fn run(command: Command) -> Outcome<u8> {
    match &command {
        Command::Help => {
            terminal::print(cli::HELP);
            return Ok(0);
        }
        Command::Version => {
            terminal::say(concat!("course ", env!("CARGO_PKG_VERSION")));
            return Ok(0);
        }
        Command::Grade { arguments } => return commands::grade::run(arguments),
        _ => {}
    }
    let course = Course::find()?;
    match command {
        Command::Help | Command::Version | Command::Grade { .. } => Ok(0),
        Command::Start => commands::start::run(&course),
        Command::Setup => commands::setup::run(&course),
        Command::Doctor => commands::doctor::run(&course),
        Command::List => commands::list::run(&course),
        Command::Check { ids, all, json } => commands::check::run(&course, &ids, all, json),
        Command::Watch { id, poll } => commands::watch::run(&course, id.as_deref(), poll),
        Command::Hint { id } => commands::hint::run(&course, id.as_deref()),
        Command::Solution { id, reveal } => commands::solution::run(&course, id.as_deref(), reveal),
        Command::Reset { id, whole_module } => commands::reset::run(&course, &id, whole_module),
        Command::Bench { id, scale, json, plot } => {
            let options = commands::bench::Options { scale: &scale, json: json.as_deref(), plot: plot.as_deref() };
            commands::bench::run(&course, id.as_deref(), options)
        }
        Command::Verify { ids, thorough } => commands::verify::run(&course, &ids, thorough),
        Command::NewModule { name } => commands::new::module(&course, &name),
        Command::NewExercise { module, name } => commands::new::exercise(&course, &module, &name),
    }
}
