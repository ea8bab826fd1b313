//! The error type of core, runner, grader and xtask: a message, advice, and the error that caused it.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// An error that ends a command, with a message and advice.
///
/// A learner's failing exercise is not an error but a verdict, and a low score is not an error but a grade.
#[derive(Debug, Clone)]
pub struct Error {
    message: String,
    advice: Option<String>,
    kind: ErrorKind,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of errors that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Anything else: the message says it.
    Other,
    /// Ctrl-C or a request to end.
    Interrupted,
    /// The work was cancelled, because a newer save made it pointless or because another part of it failed.
    Cancelled,
}

/// The result of everything that can go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error, in a sentence that says what happened.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None, kind: ErrorKind::Other, source: None }
    }

    /// Adds the sentence that says what to do.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Keeps the error that led to this one.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The user asked to stop.
    #[must_use]
    pub fn interrupted() -> Self {
        Self { kind: ErrorKind::Interrupted, ..Self::new("Stopped.") }
    }

    /// The work was cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self { kind: ErrorKind::Cancelled, ..Self::new("A newer save replaced this check.") }
    }

    /// The kind, for callers that go on after some errors.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the user asked to stop.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.kind == ErrorKind::Interrupted
    }

    /// Whether the work was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }

    /// A file operation that failed. `doing` completes "Cannot … PATH". The commonest causes come with advice.
    pub fn file(doing: &str, path: &Path, cause: impl Into<io::Error>) -> Self {
        let cause = cause.into();
        let error = Self::new(format!("Cannot {doing} {}: {cause}.", path.display()));
        let error = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => error.advice(
                "The disk is full. Free some space (`cargo clean` removes what was built here), then try again.",
            ),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => error.advice(
                "The folder cannot be written to. Move the course to a folder of yours, or mend its permissions.",
            ),
            // Windows says "not found" of a path below a file.
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound => {
                match path.ancestors().find(|above| above.is_file()) {
                    Some(file) => Self::new(format!("{} is a file, and a folder is needed there.", file.display()))
                        .advice("Move it away, then try again."),
                    None => error,
                }
            }
            _ => error,
        };
        error.caused_by(cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  → {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_file_error_keeps_its_cause_and_gives_advice() {
        let error = Error::file("write", Path::new("/a/b"), io::Error::from(io::ErrorKind::StorageFull));
        assert!(error.to_string().starts_with("Cannot write /a/b: "), "{error}");
        assert!(error.to_string().contains("\n  → The disk is full."), "{error}");
        let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        assert_eq!(cause, Some(io::ErrorKind::StorageFull));
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_named_whatever_the_system_says() {
        let file = std::env::temp_dir().join(format!("in the way {}", std::process::id()));
        std::fs::write(&file, "").expect("a file can be written");
        let below = file.join("folder/file");
        let said = [io::ErrorKind::NotADirectory, io::ErrorKind::AlreadyExists, io::ErrorKind::NotFound]
            .map(|kind| Error::file("write", &below, io::Error::from(kind)).to_string());
        let _ = std::fs::remove_file(&file); // Best effort.
        for said in said {
            assert!(said.contains("is a file, and a folder is needed there"), "{said}");
        }
        let absent = Error::file("read", Path::new("/no/such/file"), io::Error::from(io::ErrorKind::NotFound));
        assert!(absent.to_string().starts_with("Cannot read /no/such/file"), "{absent}");
    }

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(Error::new("x").kind(), ErrorKind::Other);
        assert!(Error::interrupted().is_interrupted() && !Error::interrupted().is_cancelled());
        assert!(Error::cancelled().is_cancelled() && !Error::cancelled().is_interrupted());
    }
}
