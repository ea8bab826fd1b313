//! Wrong versions of exercises: plausible mistakes of a learner, and the messages that the tests must give for them.
//!
//! Each is a file `solutions/NN/wrong/EXERCISE.NAME.patch`. Its first lines say what is wrong (`//! wrong:`), name a
//! test that must fail (`//! fails:`), and give a part of what the failing tests must say (`//! says:`); a unified diff
//! against the exercise's main solution file follows. `cargo xtask wrong` makes and shows them. A file
//! `EXERCISE.NAME.rs` holds the whole text instead, below the same first lines: a version is written in this form
//! before it becomes a patch. If the learner's file is Python, the lines begin with `#`.

use std::path::{Path, PathBuf};

use crate::catalogue::{Exercise, Module};
use crate::{Error, Result, files, patch};

/// The extension of a patch.
pub const PATCH: &str = "patch";

/// A wrong version of an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongVersion {
    /// `EXERCISE.NAME`
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// The wrong versions of an exercise, by name.
#[must_use]
pub fn of_exercise(module: &Module, exercise: &Exercise) -> Vec<WrongVersion> {
    let paths = files::entries(&folder(module)).unwrap_or_default();
    let named = paths
        .into_iter()
        .filter_map(|path| Some(WrongVersion { name: path.file_stem()?.to_string_lossy().into_owned(), path }));
    named.filter(|version| version.name.split('.').next() == Some(&exercise.slug)).collect()
}

/// The folder of a module's wrong versions.
#[must_use]
pub fn folder(module: &Module) -> PathBuf {
    module.solution_folder.join("wrong")
}

impl WrongVersion {
    /// Whether it is kept as a patch.
    #[must_use]
    pub fn is_patch(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == PATCH)
    }

    /// The whole text of the main file, below the header.
    ///
    /// # Errors
    /// If a file cannot be read, or the patch does not fit the solution to the letter.
    pub fn text(&self, module: &Module, exercise: &Exercise) -> Result<String> {
        let own = files::read(&self.path)?;
        if !self.is_patch() {
            return Ok(own);
        }
        let solution = files::read(&main_solution(module, exercise))?;
        let (header, diff) = split_header(&own);
        let body = patch::apply(&solution, diff).map_err(|reason| {
            Error::new(format!("{}: the patch does not fit the solution: {reason}.", self.path.display()))
                .advice("If the solution has changed, make the wrong version anew: `cargo xtask wrong new`.")
        })?;
        Ok(join(header, &body))
    }
}

/// The file that wrong versions are versions of.
#[must_use]
pub fn main_solution(module: &Module, exercise: &Exercise) -> PathBuf {
    module.solution_folder.join(exercise.files.first().map_or(Path::new(""), PathBuf::as_path))
}

/// The lines that say what is wrong, and the rest without the empty line between. The header is the first block of
/// `//!` lines; one without an empty line behind it ends with the last of its keys.
#[must_use]
pub fn split_header(text: &str) -> (&str, &str) {
    let mark = comment_mark(text);
    let is_key = |line: &str| {
        let line = line.trim_start_matches(mark).trim_start();
        ["wrong:", "fails:", "says:"].iter().any(|key| line.starts_with(key))
    };
    let block: Vec<&str> = text.split_inclusive('\n').take_while(|line| line.starts_with(mark)).collect();
    let whole: usize = block.iter().map(|line| line.len()).sum();
    let keys = block.iter().rposition(|line| is_key(line)).map_or(0, |last| last + 1);
    let lines = if keys > 0 && text[whole..].starts_with('\n') { block.len() } else { keys };
    let (header, rest) = text.split_at(block[..lines].iter().map(|line| line.len()).sum());
    (header, if lines > 0 { rest.strip_prefix('\n').unwrap_or(rest) } else { rest })
}

/// The beginning of a header's lines: a comment of Rust, or one of Python.
fn comment_mark(text: &str) -> &'static str {
    if text.starts_with("# ") { "# " } else { "//!" }
}

/// A whole text: the header and the body.
#[must_use]
pub fn join(header: &str, body: &str) -> String {
    format!("{header}\n{body}")
}

/// The header of a wrong version.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Tests that must fail.
    pub fails: Vec<String>,
    /// Parts of what their failures must say.
    pub says: Vec<String>,
}

impl Header {
    /// Reads the header of a wrong version's text.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut header = Self::default();
        let mut has_reason = false;
        let mark = comment_mark(text);
        for line in text.lines().take_while(|line| line.starts_with(mark)) {
            let line = line.trim_start_matches(mark).trim();
            if let Some(test) = line.strip_prefix("fails:") {
                header.fails.push(test.trim().to_owned());
            } else if let Some(part) = line.strip_prefix("says:") {
                header.says.push(part.trim().to_owned());
            }
            has_reason |= line.starts_with("wrong:");
        }
        if has_reason && !header.fails.is_empty() && !header.says.is_empty() {
            Ok(header)
        } else {
            Err("its header needs lines `//! wrong:`, `//! fails:` and `//! says:` (in Python, with `#`)".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! wrong: adds two\n//! fails: test_a\n//! says: One more\n\n//! Docs.\nfn f() {}\n";

    #[test]
    fn a_header_is_split_off_and_joined_again() {
        let (header, body) = split_header(TEXT);
        assert_eq!(body, "//! Docs.\nfn f() {}\n");
        assert_eq!(join(header, body), TEXT);
        assert_eq!(split_header(body), ("", body));
    }

    #[test]
    fn a_header_may_be_python() {
        let text = TEXT.replace("//!", "#");
        let (header, body) = split_header(&text);
        assert_eq!(body, "# Docs.\nfn f() {}\n");
        assert_eq!(Header::read(header), Header::read(TEXT));
    }

    #[test]
    fn a_header_needs_all_three_kinds_of_lines() {
        let header = Header::read(TEXT).unwrap();
        assert_eq!((header.fails, header.says), (vec!["test_a".to_owned()], vec!["One more".to_owned()]));
        for key in ["wrong", "fails", "says"] {
            assert!(Header::read(&TEXT.replace(&format!("{key}:"), "note:")).is_err(), "{key}");
        }
    }
}
