//! The screen of watch mode.

use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;

use course_core::{Error, Result};

use super::output::{SCREEN_IS_OPEN, print};
use super::style::{Style, paint, width};

/// Whether somebody can press keys and watch a screen.
pub(crate) fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The screen of watch mode: single keys and a text that is drawn anew; plain lines where there is no terminal.
///
/// Dropping it restores the terminal.
#[derive(Debug)]
pub(crate) struct Screen {
    interactive: bool,
}

impl Screen {
    pub(crate) fn open() -> Result<Self> {
        let interactive = interactive();
        if interactive {
            crossterm::terminal::enable_raw_mode().map_err(|error| {
                Error::new(format!("This terminal does not give single keys: {error}."))
                    .caused_by(error)
                    .advice("`cargo course check` works in any terminal.")
            })?;
        }
        SCREEN_IS_OPEN.store(interactive, Ordering::Relaxed);
        Ok(Self { interactive })
    }

    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Draws a text in place of what is there: in one go and over it, so that nothing flickers.
    pub(crate) fn show(&self, text: &str) {
        if self.interactive {
            let text = text.trim_end_matches('\n').replace('\n', "\u{1b}[K\r\n");
            print(&format!("\u{1b}[H{text}\u{1b}[K\r\n\u{1b}[J"));
        } else {
            self.append(text);
        }
    }

    /// Adds lines below what is there.
    pub(crate) fn append(&self, text: &str) {
        let text = format!("{}\n", text.trim_end_matches('\n'));
        // Without the line discipline of the cooked terminal, a new line does not return to the first column.
        print(&if self.interactive { text.replace('\n', "\r\n") } else { text });
    }

    /// A line that says what is going on; the next one replaces it.
    pub(crate) fn status(&self, text: &str) {
        if self.interactive {
            let text: String = text.chars().take(width() - 1).collect();
            print(&format!("\r\u{1b}[2K{}", paint(Style::Faint, text)));
        }
    }

    /// Lets something else use the terminal in the ordinary way.
    pub(crate) fn lend<T>(&self, body: impl FnOnce() -> T) -> T {
        if !self.interactive {
            return body();
        }
        let _ = crossterm::terminal::disable_raw_mode();
        print("\u{1b}[2J\u{1b}[H");
        let result = body();
        let _ = crossterm::terminal::enable_raw_mode();
        result
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.interactive {
            // Over the line that says what is going on.
            print("\r\u{1b}[2K");
            let _ = crossterm::terminal::disable_raw_mode();
        }
        SCREEN_IS_OPEN.store(false, Ordering::Relaxed);
    }
}
