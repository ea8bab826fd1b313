//! Wrong versions of exercises: what a learner might plausibly write, and what the tests must say to it.
//!
//! Each is a file `solutions/NN/wrong/EXERCISE.NAME.rs`, with a header of three kinds of lines: `//! wrong:` says what is
//! wrong, `//! fails:` names a test that must fail, and `//! says:` a part of what the failing tests must say.

use std::path::{Path, PathBuf};

use crate::catalogue::{Exercise, Module};
use crate::files;

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
    let paths = files::entries(&module.solution_folder.join("wrong")).unwrap_or_default();
    let named = paths
        .into_iter()
        .filter_map(|path| Some(WrongVersion { name: path.file_stem()?.to_string_lossy().into_owned(), path }));
    named.filter(|version| version.name.split('.').next() == Some(&exercise.slug)).collect()
}

/// The whole text of a wrong version's main file, or why there is none.
pub fn read(_module: &Module, _exercise: &Exercise, path: &Path) -> Result<String, String> {
    files::read(path).map_err(|error| error.to_string())
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
        for line in text.lines().take_while(|line| line.starts_with("//!")) {
            let line = line.trim_start_matches("//!").trim();
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
            Err("its header needs lines `//! wrong:`, `//! fails:` and `//! says:`".to_owned())
        }
    }
}
