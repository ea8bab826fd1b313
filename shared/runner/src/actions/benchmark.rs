//! A module's benchmark, with the learner's code and the solution as release builds.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use course_core::catalogue::{Course, Module};
use course_core::compile::{self, OnProgress, Request};
use course_core::process::CancellationToken;
use course_core::python;
use course_core::{Error, Result};

use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;
use crate::ui::steps::Steps;

/// The crates that every benchmark compares with, and the option that hands each to the script.
pub(crate) const PEERS: [(&str, &str); 2] = [("--textbook", "textbook"), ("--limits", "machine_limits")];

/// The size of the inputs, and the files for the figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'o> {
    /// The size of the inputs; 1 is the documented one.
    pub(crate) scale: &'o str,
    /// The file for the record.
    pub(crate) json: Option<&'o Path>,
    /// The file for the drawing.
    pub(crate) plot: Option<&'o Path>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { scale: "1", json: None, plot: None }
    }
}

/// Runs the benchmark of a module.
pub(crate) fn run(course: &Course, module: &Module, options: Options<'_>) -> Result<ExitStatus> {
    let scale = options.scale;
    if scale.parse::<f64>().is_ok_and(|scale| scale > 0.0 && scale.is_finite()) {
        setup::ensure(course, &[module])?;
        run_script(course, module, options)
    } else {
        Err(Error::new(format!("`--scale {scale}` is no positive number."))
            .advice("For example: `cargo course bench 02 --scale 0.1`."))
    }
}

fn run_script(course: &Course, module: &Module, options: Options<'_>) -> Result<ExitStatus> {
    let solution = format!("{}_solution", module.package);
    let step = Arc::new(Steps::new().begin_late(&format!("building {} for release", module.name)));
    let shown = Arc::clone(&step);
    let progress: OnProgress = Arc::new(move |done, total, what| shown.at(done, total, what));
    let mut command = python::program(&course.root, "bench");
    command.arg(module.folder.join("bench.py")).args(["--scale", options.scale]);
    let mut does_not_compile = None;
    // One build each: a crate that does not compile must not keep the others out.
    for (option, package) in
        [("--yours", module.package.as_str()), ("--solution", solution.as_str())].iter().chain(&PEERS)
    {
        let request = Request { release: true, ..Request::new(&course.root, vec![*package]) };
        let build = compile::build(&request, Some(Arc::clone(&progress)), &CancellationToken::default())?;
        match build.libraries.get(*package) {
            Some(library) if build.success => {
                command.arg(option).arg(library);
            }
            _ if option == &"--yours" => does_not_compile = Some(build.errors()),
            _ => output::complain(format!("{package} does not compile and is left out:\n{}", build.text())),
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
    let status = command.stdin(Stdio::null()).status().map_err(|error| {
        Error::new(format!("Cannot start Python: {error}.")).caused_by(error).advice("Run `cargo course setup`.")
    })?;
    // Last, so that it is still on the screen when the table has been printed.
    if let Some(errors) = does_not_compile {
        let first = errors.lines().next().unwrap_or_default();
        output::complain(format!(
            "\nYour module {} does not compile, so there is no row with your code. rustc says first:\n    {first}\n  \
             → `cargo course check {}` shows where.",
            module.name,
            module.number()
        ));
    }
    // With code 1 the script has said which peer was wrong or failed. Without a code, a signal has ended it.
    match status.code() {
        Some(code) => Ok(ExitStatus::passed(code == 0)),
        None => Err(Error::new(format!("The benchmark was broken off: {status}.")).advice(
            "Code that was called ended the process, or memory ran out: try `--scale 0.1`, and `cargo course check`.",
        )),
    }
}
