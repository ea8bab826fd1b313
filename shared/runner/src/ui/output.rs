//! Writes to standard output and standard error.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::text::{fold, for_terminal};

/// Writes to standard output; a closed pipe (`| head`) is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes prose to standard output, folded where that is a terminal.
pub(crate) fn say(line: impl std::fmt::Display) {
    print(&format!("{}\n", for_terminal(&line.to_string())));
}

/// Writes prose to standard error, folded where that is a terminal.
pub(crate) fn complain(line: impl std::fmt::Display) {
    let line = line.to_string();
    let line = if std::io::stderr().is_terminal() { fold(&line) } else { line };
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{line}");
}

/// Notices that were given while a screen was open: the next drawing would erase them.
static NOTICES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether a [`super::screen::Screen`] is open on a terminal.
pub(super) static SCREEN_IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Gives a notice: on standard error, or on the screen of watch mode, which asks for it by [`take_notices`].
pub(crate) fn notice(text: &str) {
    if !SCREEN_IS_OPEN.load(Ordering::Relaxed) {
        complain(text);
    }
    NOTICES.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
}

/// The notices since the last call.
pub(crate) fn take_notices() -> String {
    std::mem::take(&mut *NOTICES.lock().unwrap_or_else(PoisonError::into_inner)).join("\n")
}
