//! Locks between processes that work in the same folder.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::files;
use crate::process::CancellationToken;

/// The wait between two tries for a lock.
const RETRY: Duration = Duration::from_millis(50);

/// The reaction to file systems without locks, as some network file systems are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Go on without a lock.
    Ignore,
    /// Refuse to go on.
    Refuse,
}

/// An exclusive lock on a file, held as long as the value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock on this file, which is made if need be. `on_wait` is called once if another process holds it.
    pub fn wait_for(path: &Path, unsupported: Unsupported, on_wait: impl FnOnce()) -> Result<Self> {
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        let file = File::create(path).map_err(|error| Error::file("write", path, error))?;
        let mut on_wait = Some(on_wait);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => {
                    if let Some(on_wait) = on_wait.take() {
                        on_wait();
                    }
                }
                Err(TryLockError::Error(_)) if unsupported == Unsupported::Ignore => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => {
                    return Err(Error::new(format!("Cannot lock {}: {error}.", path.display()))
                        .advice("Some network file systems have no locks: give `--work` a folder on a local disk.")
                        .caused_by(error));
                }
            }
            CancellationToken::default().check()?;
            std::thread::sleep(RETRY);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_second_holder_waits_for_the_first() {
        let folder = files::ScratchFolder::new(&std::env::temp_dir()).unwrap();
        let path = folder.path().join("lock");
        let first = Lock::wait_for(&path, Unsupported::Refuse, || panic!("nobody else is there")).unwrap();
        let released = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| {
                let waited = AtomicBool::new(false);
                let lock = Lock::wait_for(&path, Unsupported::Refuse, || waited.store(true, Ordering::SeqCst));
                assert!(lock.is_ok() && waited.load(Ordering::SeqCst) && released.load(Ordering::SeqCst));
            });
            std::thread::sleep(RETRY * 3);
            released.store(true, Ordering::SeqCst);
            drop(first);
            second.join().unwrap();
        });
    }
}
