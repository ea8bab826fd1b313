//! The screen of watch mode.

use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;

use course_core::{Error, Result};

use super::output::{SCREEN_IS_OPEN, print};
use super::style::{Style, height, paint, width};
use super::text::{fold_to, plain};

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

    /// Draws a page in place of what is there: in one go and over it, so that nothing flickers.
    pub(crate) fn show(&self, page: &Page<'_>) {
        if self.interactive {
            let text = page.layout(width(), height()).join("\u{1b}[K\r\n");
            print(&format!("\u{1b}[H{text}\u{1b}[K\r\n\u{1b}[J"));
        } else {
            let parts = [page.head, page.body, page.foot].map(|part| part.trim_end_matches('\n'));
            self.append(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n"));
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
            let text: String = plain(text).chars().take(width() - 1).collect();
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

/// The parts of the screen, from above to below.
#[derive(Debug, Default)]
pub(crate) struct Page<'p> {
    pub(crate) head: &'p str,
    /// The part that is cut where there are not rows enough.
    pub(crate) body: &'p str,
    pub(crate) foot: &'p str,
    /// A line of the body that must be seen; without it, the body's beginning is.
    pub(crate) focus: Option<usize>,
    /// The end of the line that counts the lines without room.
    pub(crate) more: &'p str,
}

impl Page<'_> {
    /// The lines of a screen of this size. The last row is left for what is going on.
    pub(crate) fn layout(&self, columns: usize, rows: usize) -> Vec<String> {
        let folded = |text: &str| fold_to(text.trim_end_matches('\n'), columns);
        let (mut lines, foot) = (folded(self.head), folded(self.foot));
        lines.push(String::new());
        let body = folded(self.body);
        let room = rows.saturating_sub(lines.len() + foot.len() + 2).max(3);
        if body.len() <= room {
            lines.extend(body);
        } else if let Some(focus) = self.focus {
            let above: usize = self.body.lines().take(focus).map(|line| fold_to(line, columns).len().max(1)).sum();
            let first = above.saturating_sub(room / 2).min(body.len() - room);
            lines.extend(body.into_iter().skip(first).take(room));
        } else {
            let left_out = body.len() - (room - 1);
            lines.extend(body.into_iter().take(room - 1));
            let more = format!("  … {left_out} more lines{}", self.more);
            lines.push(paint(Style::Faint, fold_to(&more, columns).swap_remove(0)));
        }
        if !foot.is_empty() {
            lines.push(String::new());
            lines.extend(foot);
        }
        lines
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> String {
        (0..count).map(|number| format!("line {number}\n")).collect()
    }

    #[test]
    fn a_page_never_has_more_lines_than_the_screen() {
        let body = numbered(100);
        for rows in [10, 24, 35] {
            for focus in [None, Some(0), Some(60), Some(99)] {
                let page = Page { head: "head", body: &body, foot: "foot", focus, more: "" };
                let lines = page.layout(80, rows);
                assert_eq!(lines.len(), rows - 1, "{lines:#?}");
                assert_eq!((lines[0].as_str(), lines[rows - 2].as_str()), ("head", "foot"));
                if let Some(focus) = focus {
                    assert!(lines.contains(&format!("line {focus}")), "{lines:#?}");
                }
            }
        }
    }

    #[test]
    fn what_was_left_out_is_counted() {
        let lines = Page { body: &numbered(100), more: "; elsewhere", ..Page::default() }.layout(80, 12);
        let shown = lines.iter().filter(|line| line.starts_with("line ")).count();
        assert!(lines.iter().any(|line| *line == format!("  … {} more lines; elsewhere", 100 - shown)), "{lines:#?}");
    }
}
