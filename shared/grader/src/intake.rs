//! Takes from a submission the files that learners edit, and nothing else.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use course_core::catalogue::{Course, Module};
use course_core::files;
use course_core::{Error, Result};

use crate::grade::Ignored;
use crate::unix::{self, OpenError};
use crate::untrusted_text::line;

/// Bytes of one file. The longest solution has a hundredth of it.
const LARGEST_FILE: u64 = 512 << 10;

/// How many of the files that were not taken are named in the report.
const MOST_NAMED: usize = 100;

/// How many entries of the submission are looked at to name those.
const MOST_LOOKED_AT: usize = 20_000;

/// What was found.
#[derive(Debug)]
pub(crate) struct Intake {
    /// Files that were taken, relative to the course: `modules/02_parallel_sum/src/parallel_sum.rs`.
    pub(crate) taken: BTreeSet<PathBuf>,
    /// What was left, for the student to know.
    pub(crate) ignored: Vec<Ignored>,
}

/// Copies the learners' files of these modules from the submission into `tree`, over the stubs that stand there.
pub(crate) fn take(submission: &Path, modules: &[&Module], course: &Course, tree: &Path) -> Result<Intake> {
    let root = open_root(submission)?;
    let mut intake = Intake { taken: BTreeSet::new(), ignored: Vec::new() };
    let modules_folder = has_modules_folder(&root);
    for module in modules {
        for file in module.exercises.iter().flat_map(|exercise| &exercise.files) {
            let inside = Path::new(&module.name).join(file);
            let relative = if modules_folder { Path::new("modules").join(&inside) } else { inside.clone() };
            match read(&root, &relative) {
                Ok(Some(bytes)) => {
                    let target = Path::new("modules").join(&inside);
                    files::write_atomically(&tree.join(&target), &bytes)?;
                    intake.taken.insert(target);
                }
                Ok(None) => {}
                Err(reason) => intake.ignored.push(Ignored { path: shown(&relative), reason }),
            }
        }
    }
    if intake.taken.is_empty() {
        return Err(nothing_known(submission, &intake, course));
    }
    for module in modules {
        let relative = Path::new(&module.name).join("course.toml");
        let relative = if modules_folder { Path::new("modules").join(relative) } else { relative };
        if is_of_another_version(&root, &relative, module) {
            intake.ignored.insert(0, Ignored { path: shown(&relative), reason: OTHER_VERSION.to_owned() });
        }
    }
    name_the_rest(submission, modules_folder, course, &mut intake);
    Ok(intake)
}

/// The reason for a catalogue that differs from the course's: a student may miss points because an exercise was
/// renamed.
const OTHER_VERSION: &str = "not this course's: the submission may have been made for another version of it";

/// Whether the submission's catalogue of a module differs from the course's by more than the ends of its lines.
fn is_of_another_version(root: &OwnedFd, relative: &Path, module: &Module) -> bool {
    let Ok(Some(submitted)) = read(root, relative) else { return false };
    let reference = std::fs::read(module.folder.join("course.toml")).unwrap_or_default();
    let plain = |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>();
    plain(&submitted) != plain(&reference)
}

/// An error where no submission can be, before anything else is done.
pub(crate) fn check_is_folder(submission: &Path) -> Result<()> {
    open_root(submission).map(drop)
}

fn open_root(submission: &Path) -> Result<OwnedFd> {
    unix::open_folder(submission).map_err(|error| {
        let path = name_of(submission);
        match error {
            OpenError::NotAFolder => Error::new(format!("{path} is a file, not a submission's folder."))
                .advice("Unpack it first, then give the folder that holds `modules`."),
            OpenError::NotFound => Error::new(format!("There is no folder {path}.")),
            OpenError::Link | OpenError::NobodyThere => Error::new(format!("Cannot open the submission {path}.")),
            OpenError::Other(error) => {
                Error::new(format!("Cannot open the submission {path}: {error}.")).caused_by(error)
            }
        }
    })
}

fn has_modules_folder(root: &OwnedFd) -> bool {
    unix::open_in(root, OsStr::new("modules"), true).is_ok()
}

/// A file's bytes; `None` where it is not there; the reason where it cannot be taken.
fn read(root: &OwnedFd, path: &Path) -> Result<Option<Vec<u8>>, String> {
    let mut opened: Option<OwnedFd> = None;
    let mut steps = path.components().peekable();
    while let Some(step) = steps.next() {
        let Component::Normal(name) = step else { return Err("not a plain path".to_owned()) };
        match unix::open_in(opened.as_ref().unwrap_or(root), name, steps.peek().is_some()) {
            Ok(next) => opened = Some(next),
            Err(OpenError::NotFound) => return Ok(None),
            Err(OpenError::Link) => return Err("a link".to_owned()),
            Err(OpenError::NotAFolder) => return Err("a link, or a file where a folder should be".to_owned()),
            Err(OpenError::NobodyThere) => return Err("not a regular file".to_owned()),
            Err(OpenError::Other(error)) => return Err(format!("cannot be opened: {error}")),
        }
    }
    let file = opened.ok_or("not a plain path")?;
    if !unix::is_regular_file(&file).map_err(|error| error.to_string())? {
        return Err("not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    std::fs::File::from(file).take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(format!("larger than {} KiB", LARGEST_FILE >> 10));
    }
    if std::str::from_utf8(&bytes).is_err() {
        return Err("not UTF-8 text".to_owned());
    }
    Ok(Some(bytes))
}

fn nothing_known(submission: &Path, intake: &Intake, course: &Course) -> Error {
    let path = name_of(submission);
    if let Some(first) = intake.ignored.first() {
        return Error::new(format!(
            "{path} holds no exercise that could be taken: {} is {}.",
            line(&first.path.escape_debug().to_string(), 200),
            first.reason
        ));
    }
    if let Some(inner) = one_level_down(submission) {
        return Error::new(format!("{path} holds no exercise of this course, but its folder {inner} has `modules`."))
            .advice("The submission is that folder.");
    }
    let example = course.modules.first().and_then(|module| {
        let file = module.exercises.first()?.files.first()?;
        Some(format!("modules/{}/{}", module.name, files::with_slashes(file)))
    });
    Error::new(format!("{path} holds no exercise of this course.")).advice(format!(
        "A submission is a copy of the course, or at least its exercises' files, such as {}. Is it the right folder?",
        example.unwrap_or_default()
    ))
}

/// A folder in the submission that looks like one, as an unpacked archive often has.
fn one_level_down(submission: &Path) -> Option<String> {
    let is_folder = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    let entries = std::fs::read_dir(submission).ok()?.flatten().take(MOST_NAMED);
    let inner = entries.map(|entry| entry.path()).find(|path| is_folder(path) && is_folder(&path.join("modules")))?;
    Some(name_of(Path::new(inner.file_name()?)))
}

/// A path that may have come from outside, in a sentence.
fn name_of(submission: &Path) -> String {
    line(&submission.to_string_lossy().escape_debug().to_string(), 1000)
}

/// Names the other files of a submission, so that students who put work elsewhere learn that it did not count.
fn name_the_rest(submission: &Path, modules_folder: bool, course: &Course, intake: &mut Intake) {
    let mut folders = vec![submission.to_owned()];
    let mut looked_at = 0;
    let mut found = Vec::new();
    'walk: while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        // In order, so that a report is the same at every run.
        let mut entries: Vec<_> = entries.flatten().take(MOST_LOOKED_AT).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT || intake.ignored.len() + found.len() >= MOST_NAMED {
                found.push(Ignored { path: "…".to_owned(), reason: "and more".to_owned() });
                break 'walk;
            }
            let path = entry.path();
            let Ok(relative) = path.strip_prefix(submission) else { continue };
            let name = if modules_folder { relative.to_owned() } else { Path::new("modules").join(relative) };
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if relative.components().count() < 6 && !is_left_by_tools(&entry.file_name()) {
                    folders.push(path);
                }
            } else if !is_an_exercise(&name, course)
                && !is_the_courses_own(&path, &name, course)
                && !intake.ignored.iter().any(|known| known.path == shown(relative))
            {
                let reason = if kind.is_symlink() { "a link" } else { "no exercise's file" };
                found.push(Ignored { path: shown(relative), reason: reason.to_owned() });
            }
        }
    }
    intake.ignored.extend(found);
}

/// Folders that tools leave behind.
fn is_left_by_tools(name: &OsStr) -> bool {
    [".git", "target", ".venv", ".course", "__pycache__"].iter().any(|left| name == *left)
}

/// Whether learners edit it, in whichever module.
fn is_an_exercise(relative: &Path, course: &Course) -> bool {
    let Ok(inside) = relative.strip_prefix("modules") else { return false };
    course.exercises().any(|exercise_ref| {
        inside
            .strip_prefix(&exercise_ref.module.name)
            .is_ok_and(|file| exercise_ref.exercise.files.iter().any(|known| known == file))
    })
}

/// Whether the file is there unchanged in the course.
fn is_the_courses_own(path: &Path, relative: &Path, course: &Course) -> bool {
    let original = course.root.join(relative);
    let size =
        |path: &Path| std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
    match (size(path), size(&original)) {
        (Some(submitted), Some(own)) if submitted == own && submitted < (4 << 20) => {
            std::fs::read(path).ok().zip(std::fs::read(original).ok()).is_some_and(|(one, other)| one == other)
        }
        _ => false,
    }
}

fn shown(path: &Path) -> String {
    files::with_slashes(path)
}
