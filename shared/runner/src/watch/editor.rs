//! The reader's own editor, as `VISUAL` or `EDITOR` names it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use course_core::{Error, Result};

/// Opens a file and waits until the editor has ended, or has handed the file to a window of its own.
pub(super) fn open(path: &Path) -> Result<()> {
    let chosen = ["VISUAL", "EDITOR"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    let Some(chosen) = chosen else {
        return Err(Error::new("No editor is chosen.").advice(format!(
            "Set VISUAL or EDITOR, for example `export EDITOR=nano` or `export VISUAL=\"code --reuse-window\"`. The file is {}",
            path.display()
        )));
    };
    let failed = |why: String| {
        Err(Error::new(format!("The editor `{}` {why}.", chosen.to_string_lossy()))
            .advice("VISUAL or EDITOR names it; both are looked at, in this order."))
    };
    match command(&chosen, path).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => failed(format!("ended with {status}")),
        Err(error) => failed(format!("cannot be started: {error}")),
    }
}

/// The value may hold options, as for git: a shell takes it apart where there is one.
#[cfg(unix)]
fn command(editor: &OsStr, path: &Path) -> Command {
    let mut words = editor.to_os_string();
    words.push(" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(words).arg("editor").arg(path);
    command
}

/// The value may hold options. A program with spaces in its path stands in quotation marks.
#[cfg(not(unix))]
fn command(editor: &OsStr, path: &Path) -> Command {
    let editor = editor.to_string_lossy();
    let (program, options) = match editor.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((program, options)) => (program, options),
        None => editor.split_once(' ').unwrap_or((&editor, "")),
    };
    let mut command = Command::new(program);
    command.args(options.split_whitespace()).arg(path);
    command
}
