//! What can go wrong for the runner itself, said so that the reader knows what to do next.

use std::fmt;
use std::io;
use std::path::Path;

/// A fault that ends a command: what happened, and what mends it.
///
/// A learner's failing exercise is not a fault but a verdict; see [`crate::verdict`].
#[derive(Debug, Clone)]
pub struct Fault {
    what: String,
    mend: Option<String>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ordinary,
    /// Ctrl-C or a request to end.
    Interrupted,
    /// A newer save made this work pointless.
    Stale,
}

/// The result of everything in the runner that can go wrong.
pub type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// A fault, in a sentence that says what happened.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), mend: None, kind: Kind::Ordinary }
    }

    /// Adds the sentence that says what to do.
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// The user asked to stop.
    pub fn interrupted() -> Self {
        Self { what: "Stopped.".to_owned(), mend: None, kind: Kind::Interrupted }
    }

    /// A newer save made the work pointless.
    pub fn stale() -> Self {
        Self { what: "A newer save replaced this check.".to_owned(), mend: None, kind: Kind::Stale }
    }

    /// Whether the user asked to stop.
    pub fn is_interrupted(&self) -> bool {
        self.kind == Kind::Interrupted
    }

    /// Whether a newer save made the work pointless.
    pub fn is_stale(&self) -> bool {
        self.kind == Kind::Stale
    }

    /// A file operation that failed, with the causes that have a plain mend.
    pub fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let fault = Self::new(format!("Cannot {doing} {}: {error}.", path.display()));
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => fault
                .mend("The disk is full. Free some space (`cargo clean` removes what was built here), then try again."),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => fault.mend(
                "The folder cannot be written to. Move the course to a folder of yours, or mend its permissions.",
            ),
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                match path.ancestors().find(|above| above.is_file()) {
                    Some(file) => {
                        Self::new(format!("{} is a file, and the runner needs a folder there.", file.display()))
                            .mend("Move it away, then try again.")
                    }
                    None => fault,
                }
            }
            _ => fault,
        }
    }

    /// The process's exit status for this fault.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Interrupted => 130,
            _ => 2,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.mend {
            Some(mend) => write!(f, "\n  → {mend}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
