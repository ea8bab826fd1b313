//! Colours and widths: only where a person looks at a terminal.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

/// Whether standard output takes colours: a terminal, and neither `NO_COLOR` nor `TERM=dumb`.
pub(crate) fn colours() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| std::io::stdout().is_terminal() && colours_wanted())
}

pub(super) fn colours_wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Columns of the terminal, within reason; without one, as many as the course's own texts have.
pub(crate) fn width() -> usize {
    if !std::io::stdout().is_terminal() {
        return 120;
    }
    let columns = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    columns.clamp(40, 120)
}

/// What a text is, which decides its colour.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Strong,
    Faint,
    Good,
    Bad,
    Note,
}

/// A text in its colour, or plain.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    if !colours() {
        return text.to_string();
    }
    let code = match style {
        Style::Strong => "1",
        Style::Faint => "2",
        Style::Good => "32",
        Style::Bad => "31",
        Style::Note => "36",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// A bar of `width` cells, filled in proportion.
pub(crate) fn bar(done: usize, total: usize, width: usize) -> String {
    let filled = (done * width).checked_div(total).unwrap_or(0);
    format!("{}{}", paint(Style::Good, "█".repeat(filled)), paint(Style::Faint, "░".repeat(width - filled)))
}
