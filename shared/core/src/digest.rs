//! SHA-256 digests, which identify the judged file and show whether anything has changed.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::files;

/// A digest under way.
#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// One of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes);
    }

    /// Adds bytes with their length before them, so that two texts cannot run into each other.
    pub fn update_with_length(&mut self, bytes: &[u8]) {
        self.update((bytes.len() as u64).to_le_bytes());
        self.update(bytes);
    }

    /// Adds a file with its path, or all files of a folder but Python's caches. A path that does not exist adds
    /// nothing.
    pub fn update_with_files(&mut self, path: &Path) -> Result<()> {
        if path.is_dir() {
            for entry in files::entries(path)? {
                if !entry.ends_with("__pycache__") {
                    self.update_with_files(&entry)?;
                }
            }
        } else if path.is_file() {
            let bytes = std::fs::read(path).map_err(|error| Error::file("read", path, error))?;
            self.update(path.to_string_lossy().as_bytes());
            self.update_with_length(&bytes);
        }
        Ok(())
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The digest of these bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    let mut digest = Digest::new();
    digest.update(bytes);
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        let of = |parts: [&str; 2]| {
            let mut digest = Digest::new();
            parts.iter().for_each(|part| digest.update_with_length(part.as_bytes()));
            digest.finish()
        };
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
    }
}
