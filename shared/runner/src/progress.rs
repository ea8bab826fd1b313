//! The learner's progress, in a small text file that is replaced as a whole: it survives renamed exercises, crashes and
//! two runners at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use course_core::catalogue::{Course, ExerciseRef};
use course_core::locks::{Lock, Unsupported};
use course_core::{Error, Result, files, workspace};

use crate::ui::output;

/// Solved exercises, hints seen, and the learner's place. Ids that the course no longer has are kept: another branch
/// may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) current: Option<String>,
    pub(crate) solved: BTreeSet<String>,
    /// The number of shown hints, by exercise.
    pub(crate) hints: BTreeMap<String, usize>,
}

fn path(root: &Path) -> PathBuf {
    workspace::own_folder(root).join("progress.toml")
}

impl Progress {
    /// Reads the file. If it makes no sense, it is kept under another name, a notice says so, and progress begins anew.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let path = path(root);
        let parsed = match std::fs::read(&path) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(_) if path.is_dir() => Err("it is a folder".to_owned()),
            Err(error) => return Err(Error::file("read", &path, error)),
        };
        match parsed {
            Ok(progress) => Ok(progress),
            Err(reason) => {
                let kept = put_aside(&path)?;
                output::notice(&format!(
                    "The progress file could not be understood ({reason}). It is kept as {}, and a new one is begun.\n  \
                     → `cargo course check --all` finds out again what you have solved.",
                    files::with_slashes(&kept)
                ));
                Ok(Self::default())
            }
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let mut progress = Self::default();
        for (key, value) in table {
            match (key.as_str(), value) {
                ("current", Value::String(id)) => progress.current = Some(id),
                ("solved", Value::Array(ids)) => {
                    for id in ids {
                        progress.solved.insert(id.as_str().ok_or("`solved` is not a list of ids")?.to_owned());
                    }
                }
                ("hints", Value::Table(hints)) => {
                    for (id, seen) in hints {
                        let seen = seen
                            .as_integer()
                            .and_then(|seen| usize::try_from(seen).ok())
                            .ok_or("`hints` are not numbers")?;
                        progress.hints.insert(id, seen);
                    }
                }
                (key, _) => return Err(format!("`{key}` is not what it should be")),
            }
        }
        Ok(progress)
    }

    fn to_text(&self) -> String {
        let mut text = "# What you have reached in the course. `cargo course` writes this file whole.\n".to_owned();
        if let Some(current) = &self.current {
            text.push_str(&format!("current = {}\n", Value::from(current.as_str())));
        }
        text.push_str("solved = [\n");
        for id in &self.solved {
            text.push_str(&format!("    {},\n", Value::from(id.as_str())));
        }
        text.push_str("]\n\n# Hints shown, by exercise.\n[hints]\n");
        for (id, seen) in &self.hints {
            text.push_str(&format!("{} = {seen}\n", Value::from(id.as_str())));
        }
        text
    }

    /// Changes the file under a lock, so that a second runner's change is not lost. Gives the new state.
    pub(crate) fn update(root: &Path, change: impl FnOnce(&mut Self)) -> Result<Self> {
        // Some network folders have no locks; then the last writer wins.
        let _lock = Lock::wait_for(&workspace::own_folder(root).join("progress.lock"), Unsupported::Ignore, || ())?;
        let old = Self::load(root)?;
        let mut new = old.clone();
        change(&mut new);
        if new != old {
            files::write_atomically(&path(root), new.to_text().as_bytes())?;
        }
        Ok(new)
    }

    /// The exercise to go on with: the current one while it is unsolved, else the first unsolved one, else none.
    pub(crate) fn next<'c>(&self, course: &'c Course) -> Option<ExerciseRef<'c>> {
        let unsolved = |exercise_ref: &ExerciseRef<'_>| !self.solved.contains(&exercise_ref.id());
        self.current(course).filter(unsolved).or_else(|| course.exercises().find(unsolved))
    }

    /// The exercise that the learner was last at, if the course has it.
    pub(crate) fn current<'c>(&self, course: &'c Course) -> Option<ExerciseRef<'c>> {
        let current = self.current.as_deref()?;
        course.exercises().find(|exercise_ref| exercise_ref.id() == current)
    }
}

/// The exercise that an ID means, or without one the exercise that the learner is at.
pub(crate) fn exercise_or_current<'c>(course: &'c Course, id: Option<&str>) -> Result<ExerciseRef<'c>> {
    if let Some(id) = id {
        return course.exercise(id);
    }
    let progress = Progress::load(&course.root)?;
    progress.current(course).or_else(|| progress.next(course)).or_else(|| course.exercises().last()).ok_or_else(|| {
        Error::new("The course has no exercises.")
            .advice("Is the folder `modules` complete? `git checkout -- modules` brings it back.")
    })
}

fn put_aside(path: &Path) -> Result<PathBuf> {
    let mut number = 1;
    let kept = loop {
        let candidate = path.with_file_name(format!("progress.unreadable-{number}.toml"));
        if !candidate.exists() {
            break candidate;
        }
        number += 1;
    };
    std::fs::rename(path, &kept).map_err(|error| Error::file("move", path, error))?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_state_are_the_same_thing() {
        let progress = Progress {
            current: Some("01.divide".to_owned()),
            solved: ["01.add_one".to_owned(), "gone.\"odd\"".to_owned()].into(),
            hints: [("01.divide".to_owned(), 2)].into(),
        };
        assert_eq!(Progress::parse(&progress.to_text()), Ok(progress));
    }

    #[test]
    fn nonsense_is_told_apart() {
        for text in ["solved = 3", "solved = [1]", "[hints]\na = -1", "current = ", "\u{0}\u{1}"] {
            assert!(Progress::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Progress::parse(""), Ok(Progress::default()));
    }
}
