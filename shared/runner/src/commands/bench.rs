//! `cargo course bench`: the module's benchmark.

use std::path::{Path, PathBuf};

use course_core::catalogue::Course;
use course_core::{Error, Result};

use crate::actions::benchmark::{self, Options};
use crate::command_line::{Command, CommandOption, Invocation, Takes, Value};
use crate::exit_status::ExitStatus;
use crate::progress::exercise_or_current;

const OPTIONS: &[CommandOption] = &[
    CommandOption { name: "scale", value: Value::Required },
    CommandOption { name: "json", value: Value::Optional },
    CommandOption { name: "plot", value: Value::Required },
];

pub(super) const COMMAND: Command = Command {
    name: "bench",
    arguments: "[ID] [--scale X]",
    summary: "the module's benchmark: yours, the solution, Python and others;\n\
              --plot FILE draws it as SVG, --json=FILE records it",
    takes: Takes::Options(OPTIONS, |arguments| {
        let id = arguments.one_id()?;
        let scale = arguments.text("scale")?.unwrap_or_else(|| "1".to_owned());
        let [json, plot] = ["json", "plot"].map(|option| arguments.value(option).map(PathBuf::from));
        Ok(Invocation::new(arguments.ids(), move |course| {
            run(course, id.as_deref(), &scale, json.as_deref(), plot.as_deref())
        }))
    }),
};

fn run(course: &Course, id: Option<&str>, scale: &str, json: Option<&Path>, plot: Option<&Path>) -> Result<ExitStatus> {
    let module = match id {
        Some(id) => course.select(id)?.first().map(|exercise_ref| exercise_ref.module),
        None => Some(exercise_or_current(course, None)?.module),
    };
    let module = module.ok_or_else(|| Error::new("This module has no exercises."))?;
    benchmark::run(course, module, Options { scale, json, plot })
}
