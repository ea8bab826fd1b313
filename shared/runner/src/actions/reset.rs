//! Puts the stub of an exercise back. The learner's file is kept first.

use std::path::{Path, PathBuf};

use course_core::Result;
use course_core::catalogue::{Course, Exercise, ExerciseRef};
use course_core::{files, workspace};

use crate::progress::Progress;

/// Puts the stubs of one exercise back. Gives a report, a line for each file.
pub(crate) fn reset(course: &Course, exercise_ref: ExerciseRef<'_>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for file in &exercise_ref.exercise.files {
        let path = exercise_ref.module.folder.join(file);
        let shown = format!("modules/{}/{}", exercise_ref.module.name, files::with_slashes(file));
        let stub = files::read(&exercise_ref.module.stub(file))?;
        let kept = match std::fs::read(&path) {
            Ok(bytes) if bytes == stub.as_bytes() => {
                lines.push(format!("{shown} is the stub already."));
                continue;
            }
            Ok(bytes) if !bytes.is_empty() => Some(keep(course, &exercise_ref.module.name, file, &bytes)?),
            _ => None,
        };
        files::write_atomically(&path, stub.as_bytes())?;
        lines.push(match kept {
            Some(kept) => format!("{shown} is the stub again. Your version is kept as {}", files::with_slashes(&kept)),
            None => format!("{shown} is the stub again."),
        });
    }
    // If two exercises have one file, both are unwritten again.
    let undone = exercise_ref.module.exercises.iter().filter(|exercise| exercise.shares_a_file(exercise_ref.exercise));
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
fn keep(course: &Course, module: &str, file: &Path, bytes: &[u8]) -> Result<PathBuf> {
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
