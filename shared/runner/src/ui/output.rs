//! What is written to standard output and standard error.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Writes to standard output; a closed pipe (`| head`) is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard output.
pub(crate) fn say(line: impl std::fmt::Display) {
    print(&format!("{line}\n"));
}

/// Writes a line to standard error.
pub(crate) fn complain(line: impl std::fmt::Display) {
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
