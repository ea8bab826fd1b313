//! File operations that never leave a half-written or lost file behind.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};

/// The device that is always empty, under its name on this system.
pub const NULL_DEVICE: &str = if cfg!(windows) { "nul" } else { "/dev/null" };

/// Reads a text file.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::file("read", path, error))
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| Error::file("make the folder", path, error))
}

/// Replaces a file as a whole: readers see the old text or the new one, never a part, and if the disk is full the old
/// text stays.
pub fn write_atomically(path: &Path, text: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut name = OsString::from(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| patiently(|| fs::rename(&temporary, path)));
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary); // Best effort: the error to report is the first one.
        Error::file("write", path, error)
    })
}

/// The tries for a file that another program holds, and the wait between two: a second in all.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Tries again where another program holds a file for a moment, as virus scanners and indexers on Windows do with a file
/// that is new.
fn patiently<T>(operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retry(operation, is_held, || std::thread::sleep(PAUSE))
}

fn retry<T>(
    mut operation: impl FnMut() -> io::Result<T>,
    is_held: impl Fn(&io::Error) -> bool,
    mut pause: impl FnMut(),
) -> io::Result<T> {
    for _ in 1..TRIES {
        match operation() {
            Err(error) if is_held(&error) => pause(),
            result => return result,
        }
    }
    operation()
}

/// Whether Windows says that somebody else has the file open: access denied, a sharing or a lock violation.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Copies a file.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    patiently(|| fs::copy(from, to)).map(|_| ()).map_err(|error| Error::file("copy to", to, error))
}

/// Copies a folder with all that is in it. Links are followed; `keep` decides by path.
pub fn copy_tree(from: &Path, to: &Path, keep: &dyn Fn(&Path) -> bool) -> Result<()> {
    make_folder(to)?;
    for path in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if !keep(&path) {
            continue;
        }
        if path.is_dir() {
            copy_tree(&path, &target, keep)?;
        } else {
            copy(&path, &target)?;
        }
    }
    Ok(())
}

/// The paths in a folder, sorted by name.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .map_err(|error| Error::file("read the folder", folder, error))?;
    paths.sort();
    Ok(paths)
}

/// A path with `/`, as the catalogue writes it.
pub fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A folder that is removed with the value.
#[derive(Debug)]
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// Makes an empty folder below `parent`, under a name that no other process uses.
    pub fn new(parent: &Path) -> Result<Self> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = parent.join(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let _ = fs::remove_dir_all(&path); // Left by an earlier process of the same number.
        make_folder(&path)?;
        Ok(Self(path))
    }

    /// The folder, until the value is dropped.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // Windows may still hold the extension; the next set-up sweeps it away.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_held_for_a_moment_is_tried_again() {
        let held = |error: &io::Error| error.raw_os_error() == Some(32);
        let (mut tries, mut pauses) = (0, 0);
        let result = retry(
            || {
                tries += 1;
                if tries < 4 { Err(io::Error::from_raw_os_error(32)) } else { Ok(tries) }
            },
            held,
            || pauses += 1,
        );
        assert_eq!((result.ok(), pauses), (Some(4), 3));
        // An error that no other program causes is not tried again; a file that stays locked is an error after the last try.
        for (code, expected) in [(2, 1), (32, TRIES)] {
            let mut tries = 0;
            let result: io::Result<()> = retry(
                || {
                    tries += 1;
                    Err(io::Error::from_raw_os_error(code))
                },
                held,
                || {},
            );
            assert_eq!((result.unwrap_err().raw_os_error(), tries), (Some(code), expected));
        }
    }
}
