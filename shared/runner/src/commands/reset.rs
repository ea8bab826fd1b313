//! `cargo course reset`: the stub again. What the learner wrote is kept first.

use std::path::{Path, PathBuf};

use crate::catalogue::{Course, Exercise, Place};
use crate::fault::{Fault, Outcome};
use crate::files;
use crate::progress::Progress;
use crate::terminal;
use crate::workspace;

pub(crate) fn run(course: &Course, id: &str, whole_module: bool) -> Outcome<u8> {
    let places = course.select(id)?;
    if places.len() > 1 && !whole_module {
        return Err(Fault::new(format!("`{id}` is a module with {} exercises.", places.len()))
            .mend(format!("Name one exercise, or reset them all with `cargo course reset {id} --module`.")));
    }
    for place in places {
        for line in reset(course, place)? {
            terminal::say(line);
        }
    }
    Ok(0)
}

/// Puts the stubs of one exercise back. Gives what happened, a line for each file.
pub(crate) fn reset(course: &Course, place: Place<'_>) -> Outcome<Vec<String>> {
    let mut lines = Vec::new();
    for file in &place.exercise.files {
        let path = place.module.folder.join(file);
        let shown = format!("modules/{}/{}", place.module.name, files::with_slashes(file));
        let stub = files::read(&place.module.stub(file))?;
        let kept = match std::fs::read(&path) {
            Ok(bytes) if bytes == stub.as_bytes() => {
                lines.push(format!("{shown} is the stub already."));
                continue;
            }
            Ok(bytes) if !bytes.is_empty() => Some(keep(course, &place.module.name, file, &bytes)?),
            _ => None,
        };
        files::write_atomically(&path, stub.as_bytes())?;
        lines.push(match kept {
            Some(kept) => format!("{shown} is the stub again. Your version is kept as {}", kept.display()),
            None => format!("{shown} is the stub again."),
        });
    }
    // Where two exercises have one file, both are unwritten again.
    let undone = place.module.exercises.iter().filter(|exercise| exercise.shares_a_file(place.exercise));
    let ids: Vec<String> = undone.map(Exercise::id).collect();
    Progress::update(&course.root, |progress| {
        for id in &ids {
            progress.solved.remove(id);
            progress.hints.remove(id);
        }
    })?;
    Ok(lines)
}

/// Writes a backup under a name that nothing has yet.
fn keep(course: &Course, module: &str, file: &Path, bytes: &[u8]) -> Outcome<PathBuf> {
    let folder = workspace::own_folder(&course.root).join("backups").join(module);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "txt"));
    let mut number = 1;
    loop {
        let path = folder.join(format!("{stem}.{number}.{extension}"));
        if !path.exists() {
            files::write_atomically(&path, bytes)?;
            return Ok(path.strip_prefix(&course.root).map(Path::to_owned).unwrap_or(path));
        }
        number += 1;
    }
}
