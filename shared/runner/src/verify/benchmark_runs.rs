//! The benchmark script runs through on tiny input, with the peers that are compiled here.

use std::time::Duration;

use course_core::catalogue::Module;
use course_core::compile::{self, Request};
use course_core::process::{self, CancellationToken, ExitReason, Limits};
use course_core::{Result, python};

use super::prepared::Prepared;
use super::{Context, Tally};
use crate::actions::benchmark::PEERS;

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, prepared: &Prepared, tally: &mut Tally) -> Result<()> {
    let mut command = python::program(&context.course.root, "bench");
    command.arg(module.folder.join("bench.py")).args(["--scale", "0.001", "--rounds", "1"]);
    if let Some(library) = prepared.library() {
        command.arg("--solution").arg(library);
    }
    let peers = PEERS.iter().map(|(_, package)| *package).collect();
    let build = compile::build(&Request::new(&context.course.root, peers), None, &CancellationToken::default())?;
    if !build.success {
        tally.record(&format!("{}: the benchmark's peers compile", module.name), Err(build.text()));
    }
    for (option, package) in PEERS {
        if let Some(library) = build.libraries.get(package) {
            command.arg(option).arg(library);
        }
    }
    let limits = Limits { time: Duration::from_secs(120), output: 1 << 24 };
    let finished = process::run(&mut command, limits, &CancellationToken::default())?;
    let text = format!("{}{}", finished.stdout, finished.stderr);
    // A wrong result is an exit status too.
    let result = match finished.exit {
        exit if exit.success() => Ok(()),
        ExitReason::Exited(_) => Err(text),
        _ => Err(format!("{}\n{text}", finished.describe_exit(limits))),
    };
    tally.record(&format!("{}: the benchmark runs", module.name), result);
    Ok(())
}
