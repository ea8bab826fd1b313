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
            "Set VISUAL or EDITOR, for example {}. The file is {}",
            if cfg!(windows) {
                "`$env:VISUAL = 'code --reuse-window'`"
            } else {
                "`export EDITOR=nano` or `export VISUAL=\"code --reuse-window\"`"
            },
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
    let variable = |name: &str| std::env::var_os(name).unwrap_or_default();
    let program = with_ending(program, &variable("PATH"), &variable("PATHEXT").to_string_lossy());
    let mut command = Command::new(program);
    command.args(options.split_whitespace()).arg(path);
    command
}

/// The program's file on the search path, with one of the endings that Windows tries: `code` is `code.cmd`, which Windows
/// does not find by itself. Without such a file the name stays as it is.
#[cfg(any(not(unix), test))]
fn with_ending(program: &str, path: &OsStr, endings: &str) -> std::path::PathBuf {
    let folders: Vec<_> = std::env::split_paths(path).collect();
    let files = folders.iter().flat_map(|folder| {
        endings
            .split(';')
            .filter(|ending| !ending.is_empty())
            .map(move |ending| folder.join(format!("{program}{ending}")))
    });
    files.into_iter().find(|file| file.is_file()).unwrap_or_else(|| program.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_found_by_the_endings_of_its_kind() {
        let folder = course_core::files::ScratchFolder::new(&std::env::temp_dir()).expect("a folder");
        let script = folder.path().join("code.CMD");
        std::fs::write(&script, "").expect("a file");
        let path = std::env::join_paths(["/nowhere".into(), folder.path().to_owned()]).expect("no separator inside");
        assert_eq!(with_ending("code", &path, ".EXE;.CMD"), script);
        assert_eq!(with_ending("nano", &path, ".EXE;.CMD"), Path::new("nano"));
        assert_eq!(with_ending("code", &path, ""), Path::new("code"));
    }
}
