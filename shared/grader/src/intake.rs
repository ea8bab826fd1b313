//! Takes from a submission the files that learners edit, and nothing else.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt;
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

/// The most files that the report names of those that were not taken.
const MOST_NAMED: usize = 100;

/// The most entries of the submission that are looked at to name those.
const MOST_LOOKED_AT: usize = 20_000;

/// The files that were found in a submission.
#[derive(Debug)]
pub(crate) struct Intake {
    /// Files that were taken, relative to the course: `modules/02_parallel_sum/src/parallel_sum.rs`.
    pub(crate) taken: BTreeSet<PathBuf>,
    /// The files that were left, for the student to know.
    pub(crate) ignored: Vec<Ignored>,
}

/// A file of the submission that was not taken, and why.
#[derive(Debug)]
struct Left {
    path: String,
    reason: Reason,
}

/// The reason why a file was not taken.
#[derive(Debug, PartialEq, Eq)]
enum Reason {
    NotAPlainPath,
    Link,
    /// Linux says the same of a link and of a file where a folder should be.
    NotAFolder,
    NotRegular,
    /// It has a second name somewhere: it is not read.
    HardLink,
    CannotBeOpened(String),
    CannotBeRead(String),
    TooLarge,
    Utf16,
    PerhapsLatin1,
    NotText,
    /// A catalogue that differs from the course's: a student may miss points because an exercise was renamed.
    OtherVersion,
    /// The folder that was graded, in place of the one around it.
    Graded,
    /// Probably this file of its module, under another name.
    Renamed(String),
    /// Probably this file of the course, in another place.
    Elsewhere(String),
    /// It resembles none of the exercises' files.
    NoExercise,
    /// A link that has none of the exercises' names.
    LinkBeside,
    /// For all files after the last one that is named.
    AndMore,
}

impl Reason {
    /// Whether the file may be an exercise's that was refused, or nearly one.
    fn is_about_an_exercise(&self) -> bool {
        !matches!(self, Self::NoExercise | Self::LinkBeside | Self::AndMore)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPlainPath => f.write_str("not a plain path"),
            Self::Link => f.write_str("a link"),
            Self::NotAFolder => f.write_str("a link, or a file where a folder should be"),
            Self::NotRegular => f.write_str("not a regular file"),
            Self::HardLink => f.write_str(
                "a hard link, which may be somebody else's file: hand in a copy (`cp -al`, `rsync --link-dest` and some \
                 backups make such links too)",
            ),
            Self::CannotBeOpened(error) => write!(f, "cannot be opened: {error}"),
            Self::CannotBeRead(error) => f.write_str(error),
            Self::TooLarge => write!(f, "larger than {} KiB", LARGEST_FILE >> 10),
            Self::Utf16 => f.write_str("not UTF-8 text, but UTF-16: save it as UTF-8"),
            Self::PerhapsLatin1 => f.write_str("not UTF-8 text, but perhaps Latin-1: save it as UTF-8"),
            Self::NotText => f.write_str("not UTF-8 text"),
            Self::OtherVersion => {
                f.write_str("not this course's: the submission may have been made for another version of it")
            }
            Self::Graded => f.write_str("the folder that was graded: what lies beside it was not looked at"),
            Self::Renamed(meant) => write!(f, "probably {meant} under another name: rename it"),
            Self::Elsewhere(meant) => write!(f, "probably {meant} in another place: put it there"),
            Self::NoExercise => f.write_str("no exercise's file"),
            Self::LinkBeside => f.write_str("a link beside the exercises"),
            Self::AndMore => f.write_str("and more"),
        }
    }
}

impl From<Left> for Ignored {
    fn from(left: Left) -> Self {
        Self { path: left.path, reason: left.reason.to_string() }
    }
}

/// Copies the learners' files of these modules from the submission into `tree`, over the stubs that stand there.
pub(crate) fn take(submission: &Path, modules: &[&Module], course: &Course, tree: &Path) -> Result<Intake> {
    let (mut taken, mut left) = (BTreeSet::new(), Vec::new());
    let entered = enter(submission, course);
    let base = entered.as_deref().unwrap_or(submission);
    let root = open_root(base)?;
    let modules_folder = has_modules_folder(&root, course);
    for module in modules {
        for file in module.exercises.iter().flat_map(|exercise| &exercise.files) {
            let inside = Path::new(&module.name).join(file);
            let relative = if modules_folder { Path::new("modules").join(&inside) } else { inside.clone() };
            match read(&root, &relative) {
                Ok(Some(bytes)) => {
                    let target = Path::new("modules").join(&inside);
                    files::write_atomically(&tree.join(&target), &bytes)?;
                    taken.insert(target);
                }
                Ok(None) => {}
                Err(reason) => left.push(Left { path: shown(&relative), reason }),
            }
        }
    }
    if taken.is_empty() {
        name_the_rest(base, modules_folder, course, &mut left);
        return Err(nothing_known(submission, &left, course));
    }
    for module in modules {
        let relative = Path::new(&module.name).join("course.toml");
        let relative = if modules_folder { Path::new("modules").join(relative) } else { relative };
        if is_of_another_version(&root, &relative, module) {
            left.insert(0, Left { path: shown(&relative), reason: Reason::OtherVersion });
        }
    }
    name_the_rest(base, modules_folder, course, &mut left);
    if let Some(inner) = entered.as_ref().and_then(|entered| entered.strip_prefix(submission).ok()) {
        left.insert(0, Left { path: shown(inner), reason: Reason::Graded });
    }
    Ok(Intake { taken, ignored: left.into_iter().map(Ignored::from).collect() })
}

/// The greatest depth of folders in which a submission may be packed.
const DEEPEST: usize = 4;

/// The folder inside of a submission that is the submission, as unpacked archives often have one; `None` where it is the
/// submission itself, or where there are several.
pub(crate) fn enter(submission: &Path, course: &Course) -> Option<PathBuf> {
    let mut level = vec![submission.to_owned()];
    for depth in 0..=DEEPEST {
        let found: Vec<&PathBuf> = level.iter().filter(|folder| looks_like_a_submission(folder, course)).collect();
        match found[..] {
            [] => {}
            [one] if depth > 0 => return Some(one.clone()),
            _ => return None,
        }
        level = level.iter().flat_map(|folder| folders_in(folder)).collect();
    }
    None
}

/// Whether a folder has `modules` in it, or a folder named as a module.
fn looks_like_a_submission(folder: &Path, course: &Course) -> bool {
    let names = course.modules.iter().map(|module| module.name.as_str()).chain(["modules"]);
    names.map(|name| folder.join(name)).any(|path| is_folder(&path))
}

/// The folders in a folder, in order: no links, and nothing that only a system or a tool has left there.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| !is_of_no_student(&entry.file_name()) && !is_left_by_tools(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    // Sorted before it is cut off: file systems list names in any order.
    folders.sort();
    folders.truncate(MOST_NAMED);
    folders
}

fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

/// Whether systems put a file of this name beside people's files, or the name is hidden.
pub(crate) fn is_of_no_student(name: &OsStr) -> bool {
    const LEFT: [&str; 7] = [
        "__macosx",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "lost+found",
        "$recycle.bin",
        "system volume information",
    ];
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with('.') || LEFT.contains(&name.as_str())
}

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
            OpenError::Link | OpenError::NoSuchDevice => Error::new(format!("Cannot open the submission {path}.")),
            OpenError::Other(error) => {
                Error::new(format!("Cannot open the submission {path}: {error}.")).caused_by(error)
            }
        }
    })
}

/// Whether the modules lie in a folder `modules`, and not beside one with nothing of this course in it.
fn has_modules_folder(root: &OwnedFd, course: &Course) -> bool {
    let holds_a_module = |folder: &OwnedFd| {
        course.modules.iter().any(|module| unix::open_in(folder, OsStr::new(&module.name), true).is_ok())
    };
    unix::open_in(root, OsStr::new("modules"), true)
        .is_ok_and(|modules| holds_a_module(&modules) || !holds_a_module(root))
}

/// A file's bytes; `None` where it is not there; the reason where it cannot be taken.
fn read(root: &OwnedFd, path: &Path) -> Result<Option<Vec<u8>>, Reason> {
    let mut opened: Option<OwnedFd> = None;
    let mut steps = path.components().peekable();
    while let Some(step) = steps.next() {
        let Component::Normal(name) = step else { return Err(Reason::NotAPlainPath) };
        match unix::open_in(opened.as_ref().unwrap_or(root), name, steps.peek().is_some()) {
            Ok(next) => opened = Some(next),
            Err(OpenError::NotFound) => return Ok(None),
            Err(OpenError::Link) => return Err(Reason::Link),
            Err(OpenError::NotAFolder) => return Err(Reason::NotAFolder),
            Err(OpenError::NoSuchDevice) => return Err(Reason::NotRegular),
            Err(OpenError::Other(error)) => return Err(Reason::CannotBeOpened(error.to_string())),
        }
    }
    let file = opened.ok_or(Reason::NotAPlainPath)?;
    match unix::kind_of(&file).map_err(|error| Reason::CannotBeRead(error.to_string()))? {
        unix::Kind::Regular => {}
        unix::Kind::HardLink => return Err(Reason::HardLink),
        unix::Kind::Other => return Err(Reason::NotRegular),
    }
    let mut bytes = Vec::new();
    let mut file = std::fs::File::from(file).take(LARGEST_FILE + 1);
    file.read_to_end(&mut bytes).map_err(|error| Reason::CannotBeRead(error.to_string()))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Reason::TooLarge);
    }
    match other_encoding(&bytes) {
        Some(reason) => Err(reason),
        None => Ok(Some(without_mark(bytes))),
    }
}

/// The bytes without the byte order mark that some editors write at the start of UTF-8 text. rustc and Python skip it, but
/// the readers of TOML, and tests that read a file themselves, do not.
fn without_mark(mut bytes: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    bytes
}

/// The reason not to take bytes that are no UTF-8 text; `None` if they are.
fn other_encoding(bytes: &[u8]) -> Option<Reason> {
    // ASCII in UTF-16 has a zero in every second byte.
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || (zeros > 0 && zeros * 4 >= bytes.len()) {
        return Some(Reason::Utf16);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    // Every byte is a letter in Latin-1, so only bytes that no text has tell the two apart.
    let is_text = bytes.iter().all(|byte| *byte >= b' ' || b"\t\n\r\x0c".contains(byte));
    Some(if is_text { Reason::PerhapsLatin1 } else { Reason::NotText })
}

fn nothing_known(submission: &Path, left: &[Left], course: &Course) -> Error {
    let path = name_of(submission);
    let inside: Vec<String> = folders_in(submission)
        .iter()
        .filter(|folder| looks_like_a_submission(folder, course))
        .map(|folder| name_of(Path::new(folder.file_name().unwrap_or_default())))
        .collect();
    if inside.len() > 1 && !looks_like_a_submission(submission, course) {
        return Error::new(format!("{path} holds more than one submission: {}.", inside.join(", ")))
            .advice("Give one of these folders.");
    }
    // Refused, or nearly right: any other file would only distract.
    if let Some(first) = left.iter().find(|left| left.reason.is_about_an_exercise()) {
        return Error::new(format!(
            "{path} holds no exercise that could be taken: {} is {}.",
            line(&first.path.escape_debug().to_string(), 200),
            first.reason
        ));
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

/// A path that may have come from outside, in a sentence.
fn name_of(submission: &Path) -> String {
    line(&submission.to_string_lossy().escape_debug().to_string(), 1000)
}

/// A guess at the exercise whose file this is, under another name or in another place.
fn probably(name: &Path, course: &Course) -> Option<Reason> {
    renamed(name, course).map(Reason::Renamed).or_else(|| elsewhere(name, course).map(Reason::Elsewhere))
}

/// The exercise's file with this name, if only one has it. Some people hand in a single file, or the inside of a module.
fn elsewhere(name: &Path, course: &Course) -> Option<String> {
    let plain = plain_name(&name.to_string_lossy());
    let last = plain.rsplit('/').next()?;
    let paths = course.exercises().flat_map(|exercise_ref| {
        let path = |file: &PathBuf| format!("modules/{}/{}", exercise_ref.module.name, files::with_slashes(file));
        exercise_ref.exercise.files.iter().map(path)
    });
    let mut meant: Vec<String> = paths.filter(|path| path.to_lowercase().rsplit('/').next() == Some(last)).collect();
    meant.dedup(); // Two exercises may have one file.
    let [path] = &meant[..] else { return None };
    Some(path.clone())
}

/// A guess which exercise's file has been renamed: browsers, file managers and mail programs rename copies, and editors add
/// an ending.
fn renamed(name: &Path, course: &Course) -> Option<String> {
    let inside = name.strip_prefix("modules").ok()?;
    let mut steps = inside.components();
    let module = steps.next()?.as_os_str().to_string_lossy().to_lowercase();
    let module = course.modules.iter().find(|known| known.name.to_lowercase() == module)?;
    let plain = plain_name(&steps.as_path().to_string_lossy());
    let files = module.exercises.iter().flat_map(|exercise| &exercise.files);
    files.map(|file| files::with_slashes(file)).find(|file| file.to_lowercase() == plain)
}

/// A name without capitals, without an ending that was added, and without the mark of a copy.
fn plain_name(name: &str) -> String {
    let mut name = name.replace('\\', "/").to_lowercase();
    for added in [".txt", ".bak", ".orig", "~"] {
        name = name.strip_suffix(added).unwrap_or(&name).to_owned();
    }
    let Some((stem, ending)) = name.rsplit_once('.') else { return name };
    let mut stem = stem.trim_end();
    // `divide (1)`, `divide(1)`, `divide-1`, `divide_1`, `divide 2`
    let unnumbered = stem.trim_end_matches(')').trim_end_matches(|sign: char| sign.is_ascii_digit());
    if unnumbered.len() < stem.len() && unnumbered.ends_with(['(', '-', '_', ' ']) {
        stem = unnumbered.trim_end_matches(['(', '-', '_', ' ']);
    }
    for copy in ["copy", "kopie", "copie", "copia"] {
        if let Some(before) = stem.strip_suffix(copy)
            && before.ends_with([' ', '-', '_'])
        {
            stem = before.trim_end_matches([' ', '-', '_']);
        }
    }
    format!("{stem}.{ending}")
}

/// Names the other files of a submission, so that students who put work elsewhere learn that it did not count.
fn name_the_rest(submission: &Path, modules_folder: bool, course: &Course, left: &mut Vec<Left>) {
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
            if looked_at > MOST_LOOKED_AT || left.len() + found.len() >= MOST_NAMED {
                found.push(Left { path: "…".to_owned(), reason: Reason::AndMore });
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
            } else if !is_of_no_student(&entry.file_name())
                && !is_an_exercise(&name, course)
                && !is_the_courses_own(&path, &name, course)
                && !left.iter().any(|known| known.path == shown(relative))
            {
                let reason = if kind.is_symlink() {
                    Reason::LinkBeside
                } else {
                    probably(&name, course).unwrap_or(Reason::NoExercise)
                };
                found.push(Left { path: shown(relative), reason });
            }
        }
    }
    left.extend(found);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_by_their_names() {
        for name in [
            "src/divide (1).rs",
            "src/divide(2).rs",
            "src/divide-1.rs",
            "src/divide_1.rs",
            "src/divide 2.rs",
            "src/divide copy.rs",
            "src/divide copy 2.rs",
            "src/divide - Copy.rs",
            "src/divide - Kopie (2).rs",
            "src/divide.RS",
            "src/Divide.rs",
            "src/divide.rs.txt",
            "src\\divide.rs",
        ] {
            assert_eq!(plain_name(name), "src/divide.rs", "{name}");
        }
        for name in ["src/divided.rs", "src/divide.py", "src/divide1.rs", "src/photocopy.rs"] {
            assert_ne!(plain_name(name), "src/divide.rs", "{name}");
        }
    }

    #[test]
    fn files_in_other_places_are_known_by_their_names() {
        let course = Course::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap();
        let divide = "modules/01_sum_as_string/src/divide.rs";
        for name in ["divide.rs", "src/divide.rs", "01_sum_as_string/src/divide.rs", "modules/src/Divide (1).rs"] {
            assert_eq!(elsewhere(Path::new(name), &course).as_deref(), Some(divide), "{name}");
        }
        // Many modules have one, and none.
        for name in ["src/lib.rs", "notes.txt"] {
            assert_eq!(elsewhere(Path::new(name), &course), None, "{name}");
        }
    }

    #[test]
    fn other_encodings_are_told_apart() {
        let utf_16: Vec<u8> = "fn größe() {}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big_endian: Vec<u8> = "fn a() {}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [&[0xff, 0xfe], &utf_16[..]].concat();
        for bytes in [&utf_16, &big_endian, &marked] {
            assert_eq!(other_encoding(bytes), Some(Reason::Utf16));
        }
        assert_eq!(other_encoding(b"fn gr\xf6\xdfe() {}\n"), Some(Reason::PerhapsLatin1));
        assert_eq!(other_encoding(b"\x7fELF\x02\x01\xff"), Some(Reason::NotText));
        for text in ["fn größe() {}", "", "\u{feff}fn a() {}", "a\0b and more text"] {
            assert_eq!(other_encoding(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_taken_away() {
        let taken = |text: &str| String::from_utf8(without_mark(text.into())).unwrap();
        assert_eq!(taken("\u{feff}[project]\nname = \"größe\"\n"), "[project]\nname = \"größe\"\n");
        assert_eq!(taken("\u{feff}"), "");
        for text in ["", "a", "fn a() {}", "a = \"\u{feff}\"", "\u{fefe}b"] {
            assert_eq!(taken(text), text);
        }
        assert_eq!(without_mark(vec![0xef, 0xbb]), [0xef, 0xbb]);
        assert_eq!(taken("\u{feff}\u{feff}a"), "\u{feff}a", "the second is a character of the text");
    }

    #[test]
    fn what_systems_leave_is_no_student() {
        for name in ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "lost+found", "._Anna"] {
            assert!(is_of_no_student(OsStr::new(name)), "{name}");
        }
        assert!(!is_of_no_student(OsStr::new("Anna")));
    }
}
