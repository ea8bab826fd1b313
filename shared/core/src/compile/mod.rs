//! Builds a crate with cargo, or with rustc alone, and reads the answer: the extension, the test programs, or rustc's
//! complaints.

mod cargo;
mod messages;
mod rustc;
mod stage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::tool_advice;

pub use cargo::{build, build_with_libraries};
pub use rustc::rustc;

/// Called with crates done, crates in all, and the one under way; or with no numbers and a sentence, while cargo waits.
pub type OnProgress = Arc<dyn Fn(u64, u64, &str) + Send + Sync>;

/// Called with the name and the path of an extension as soon as it is built, while cargo goes on with test programs.
pub type OnLibrary = Box<dyn FnMut(&str, &Path) + Send>;

/// The packages and tests to build, and the settings of the build.
#[derive(Debug)]
pub struct Request<'r> {
    /// The workspace's root.
    pub root: &'r Path,
    /// Names of packages whose libraries are built.
    pub packages: Vec<&'r str>,
    /// Names of integration tests (`tests/NAME.rs`) to build beside the library.
    pub tests: Vec<String>,
    /// With the release profile.
    pub release: bool,
    /// Downloads allowed: in set-up only, so that the loop never waits for a network.
    pub online: bool,
    /// Whether rustc's messages carry colours.
    pub colours: bool,
    /// Has cargo write down its calls of rustc: the program that does so, and the folder for the recipes.
    pub record: Option<(&'r Path, &'r Path)>,
}

impl<'r> Request<'r> {
    /// The libraries of `packages` in the workspace at `root`, as the loop builds them.
    pub fn new(root: &'r Path, packages: Vec<&'r str>) -> Self {
        Self { root, packages, tests: Vec::new(), release: false, online: false, colours: false, record: None }
    }
}

/// The result of a build.
#[derive(Debug, Default)]
pub struct Build {
    /// Whether everything was built.
    pub success: bool,
    /// rustc's errors and warnings about the workspace's own crates.
    pub diagnostics: Vec<Diagnostic>,
    /// The extension of each package that was built.
    pub libraries: BTreeMap<String, PathBuf>,
    /// The test programs by name.
    pub tests: BTreeMap<String, PathBuf>,
}

/// One error or warning of rustc.
#[derive(Debug)]
pub struct Diagnostic {
    /// An error rather than a warning.
    pub is_error: bool,
    /// Such as `E0277`; errors of the parser and the linker have none.
    pub code: String,
    /// The file of its main span, relative to the workspace and with `/`; none without a span.
    pub file: Option<String>,
    /// The first line of its main span, from 1; 0 without a span.
    pub line: usize,
    /// As rustc prints it.
    pub rendered: String,
}

impl Build {
    /// All that rustc said.
    pub fn text(&self) -> String {
        self.diagnostics.iter().map(|diagnostic| diagnostic.rendered.as_str()).collect()
    }

    /// rustc's errors without its warnings, which would hide them.
    pub fn errors(&self) -> String {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error);
        errors.map(|diagnostic| diagnostic.rendered.as_str()).collect()
    }

    /// Whether there is an error of this code.
    pub fn has_error(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.is_error && diagnostic.code == code)
    }
}

/// Whether the linker misses a symbol that rustc made up itself. This happens, rarely, when parts that rustc kept from
/// earlier builds do not fit together. The learner's code is not the cause: it links if rustc builds it from nothing.
fn misses_own_symbols(build: &Build) -> bool {
    // An error in code has a line.
    let mut errors = build.diagnostics.iter().filter(|diagnostic| diagnostic.is_error && diagnostic.line == 0);
    !build.success && errors.any(|error| tool_advice::misses_own_symbols(&error.rendered))
}

/// The error, if rustc failed because of this machine and not because of the code: no linker, or a disk it cannot write
/// to.
fn machine_error(diagnostic: &Diagnostic) -> Option<Error> {
    // An error in code has a number or, from the parser, at least a line.
    if !diagnostic.is_error || !diagnostic.code.is_empty() || diagnostic.line > 0 {
        return None;
    }
    let text = &diagnostic.rendered;
    if tool_advice::is_without_linker(text) {
        let error = Error::new(format!("rustc cannot find the linker:\n{}", last_lines(text, 6)));
        return Some(error.advice("`cargo course doctor` says how to install one."));
    }
    tool_advice::for_writing(text)
        .map(|advice| Error::new(format!("rustc could not write:\n{}", last_lines(text, 12))).advice(advice))
}

/// The end of a long text, without cargo's progress lines.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text
        .split(['\r', '\n'])
        .map(str::trim_end)
        .filter(|line| {
            !line.trim().is_empty() && !line.trim_start().starts_with("Building [") && !line.contains("] 0/")
        })
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed_with(rendered: &str, line: usize) -> Build {
        let error = Diagnostic { is_error: true, code: String::new(), file: None, line, rendered: rendered.to_owned() };
        Build { diagnostics: vec![error], ..Build::default() }
    }

    #[test]
    fn only_errors_of_the_linker_are_a_reason_to_build_again() {
        let said =
            "error: linking with `cc` failed: exit status: 1\n  = note: undefined hidden symbol: anon.0aa1.12.llvm.3";
        assert!(misses_own_symbols(&failed_with(said, 0)));
        assert!(!misses_own_symbols(&failed_with(said, 3)), "an error in code");
        assert!(!misses_own_symbols(&Build { success: true, ..failed_with(said, 0) }), "it was built all the same");
    }
}
