//! Notices saves in a module's folder: by the system's notifications, or by polling where those do not arrive.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};

use course_core::catalogue::Module;
use course_core::files;

/// Environment variable: watch by polling.
pub(super) const POLL: &str = "COURSE_POLL";

/// The time between two looks while polling.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// Calls back after something below a folder may have changed, as long as it lives.
pub(super) struct Saves {
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Saves {
    /// Starts to watch. Gives also a sentence to show, if it had to fall back to polling.
    pub(super) fn watch(
        folder: &Path,
        poll: bool,
        on_change: impl Fn() + Send + Clone + 'static,
    ) -> (Self, Option<String>) {
        let poll = poll || std::env::var_os(POLL).is_some_and(|value| !value.is_empty() && value != "0");
        if !poll {
            match notifications(folder, on_change.clone()) {
                Ok(watcher) => return (Self { _watcher: Some(watcher) }, None),
                Err(error) => {
                    start_polling(on_change);
                    return (
                        Self { _watcher: None },
                        Some(format!("File notifications do not work here ({error}); polling instead.")),
                    );
                }
            }
        }
        start_polling(on_change);
        (Self { _watcher: None }, None)
    }
}

/// The system's own notifications. The paths that they name are not looked at: macOS names them without links, and a save on
/// a file system that ignores case may come under another spelling. `fingerprint` tells what has changed. On macOS they come
/// from FSEvents, which needs no open file for each file that it watches, as kqueue would.
fn notifications(folder: &Path, on_change: impl Fn() + Send + 'static) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too: without this, each check would start the next one.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            on_change();
        }
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Calls back again and again. The receiver compares fingerprints, so a call without a change costs almost nothing.
fn start_polling(on_change: impl Fn() + Send + 'static) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(POLL_INTERVAL);
            on_change();
        }
    });
}

/// Changes when any source, test or manifest of a module does; the same content saved again is no change.
pub(super) fn fingerprint(module: &Module) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut paths: Vec<PathBuf> = files::entries(&module.folder).unwrap_or_default();
    for folder in ["src", "tests"] {
        paths.extend(files::entries(&module.folder.join(folder)).unwrap_or_default());
    }
    paths.retain(|path| {
        path.extension().is_some_and(|extension| ["rs", "py", "pyi", "toml"].iter().any(|known| extension == *known))
    });
    paths.extend(module.data_files().map(|file| module.folder.join(file)));
    for path in paths {
        if path.is_file() {
            path.hash(&mut hasher);
            std::fs::read(&path).unwrap_or_default().hash(&mut hasher);
        }
    }
    hasher.finish()
}
