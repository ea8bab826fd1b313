//! Formats all Rust. `cargo fmt` follows `mod` lines, but not into the macro that lists the runner's commands.

use course_core::catalogue::Course;
use course_core::{Result, files};

use crate::tools;

/// The folder whose files a macro declares.
const COMMANDS: &str = "shared/runner/src/commands";

/// Formats, or only checks.
pub(crate) fn run(course: &Course, check: bool) -> Result<bool> {
    let mut cargo = tools::cargo(&course.root, &["fmt", "--all"]);
    let mut rustfmt = tools::program(&course.root, "rustfmt");
    rustfmt.args(["--edition", "2024"]);
    if check {
        cargo.arg("--check");
        rustfmt.arg("--check");
    }
    let commands = files::entries(&course.root.join(COMMANDS))?;
    rustfmt.args(commands.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")));
    tools::run(&mut cargo)?;
    tools::run(&mut rustfmt)?;
    Ok(true)
}
