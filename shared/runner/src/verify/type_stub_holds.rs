//! The type stub agrees with the solution's extension, by mypy's stubtest.

use std::time::Duration;

use course_core::catalogue::Module;
use course_core::process::{self, CancellationToken, Limits};
use course_core::{Result, judging, python, workspace};

use super::prepared::Prepared;
use super::{Context, Tally};
use crate::check::staging::{extension_of, stage_extension};

/// Checks the claim.
pub(super) fn check(context: &Context<'_>, module: &Module, prepared: &Prepared, tally: &mut Tally) -> Result<()> {
    let folder = workspace::scratch(&context.course.root)?;
    stage_extension(&prepared.source, module, extension_of(&prepared.source, &prepared.solution)?, folder.path())?;
    // `-I` would hide the folder: stubtest imports the extension by its name.
    let mut command = std::process::Command::new(python::environment_python(&context.course.root));
    command.args(["-X", "utf8", "-m", "mypy.stubtest", &module.package]);
    command.current_dir(folder.path()).env("MYPYPATH", folder.path()).env("PYTHONPATH", folder.path());
    judging::isolate(&mut command);
    let finished = process::run(
        &mut command,
        Limits { time: Duration::from_secs(300), output: 1 << 24 },
        &CancellationToken::default(),
    )?;
    let result = if finished.exit.success() { Ok(()) } else { Err(format!("{}{}", finished.stdout, finished.stderr)) };
    tally.record(&format!("{}: stubtest accepts the type stub", module.name), result);
    Ok(())
}
