//! `cargo course bench`: the module's benchmark, with the learner's code and the solution as release builds.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use super::here;
use crate::catalogue::{Course, Module};
use crate::compile::{self, Request};
use crate::fault::{Fault, Outcome};
use crate::process::Cancel;
use crate::python;
use crate::setup;
use crate::terminal::{self, Steps};

/// The crates that every benchmark compares with, and the option that hands each to the script.
pub(crate) const PEERS: [(&str, &str); 2] = [("--textbook", "textbook"), ("--limits", "machine_limits")];

/// What is to become of the figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'o> {
    /// The size of the inputs; 1 is the documented one.
    pub(crate) scale: &'o str,
    /// Where to record them.
    pub(crate) json: Option<&'o Path>,
    /// Where to draw them.
    pub(crate) plot: Option<&'o Path>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { scale: "1", json: None, plot: None }
    }
}

pub(crate) fn run(course: &Course, id: Option<&str>, options: Options<'_>) -> Outcome<u8> {
    let module = match id {
        Some(id) => course.select(id)?.first().map(|place| place.module),
        None => Some(here(course, None)?.module),
    };
    let module = module.ok_or_else(|| Fault::new("This module has no exercises."))?;
    let scale = options.scale;
    if scale.parse::<f64>().is_ok_and(|scale| scale > 0.0 && scale.is_finite()) {
        setup::ensure(course, &[module])?;
        run_script(course, module, options)
    } else {
        Err(Fault::new(format!("`--scale {scale}` is no positive number."))
            .mend("For example: `cargo course bench 02 --scale 0.1`."))
    }
}

fn run_script(course: &Course, module: &Module, options: Options<'_>) -> Outcome<u8> {
    let solution = format!("{}_solution", module.package);
    let step = Arc::new(Steps::new().begin_late(&format!("building {} for release", module.name)));
    let shown = Arc::clone(&step);
    let progress: compile::OnProgress = Arc::new(move |done, total, what| shown.at(done, total, what));
    let mut command = python::kit(&course.root, "bench");
    command.arg(module.folder.join("bench.py")).args(["--scale", options.scale]);
    // One by one: what does not compile must not keep the others out.
    for (option, package) in
        [("--yours", module.package.as_str()), ("--solution", solution.as_str())].iter().chain(&PEERS)
    {
        let request = Request { release: true, ..Request::new(&course.root, vec![*package]) };
        let build = compile::build(&request, Some(Arc::clone(&progress)), &Cancel::default())?;
        match build.libraries.get(*package) {
            Some(library) if build.success => {
                command.arg(option).arg(library);
            }
            _ => terminal::complain(format!("{package} does not compile and is left out:\n{}", build.text())),
        }
    }
    step.clear();
    for (option, file) in [("--json", options.json), ("--plot", options.plot)] {
        if let Some(file) = file {
            // The script runs in the course's own folder; the path was given from another.
            let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            command.arg(option).arg(file);
        }
    }
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Fault::new(format!("Cannot start Python: {error}.")).mend("Run `cargo course setup`."))?;
    // 1: a peer was wrong or failed, and the script said so. Without a code, code of somebody's has ended it.
    match status.code() {
        Some(code) => Ok(u8::from(code != 0)),
        None => Err(Fault::new(format!("The benchmark was broken off: {status}.")).mend(
            "Code that was called ended the process, or memory ran out: try `--scale 0.1`, and `cargo course check`.",
        )),
    }
}
