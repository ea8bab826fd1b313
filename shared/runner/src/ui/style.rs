//! Colours and widths: only where a person looks at a terminal.

use std::io::IsTerminal as _;
use std::path::Path;
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

/// Rows of the terminal; without one, as many as an old terminal has.
pub(crate) fn height() -> usize {
    crossterm::terminal::size().map_or(24, |(_, rows)| usize::from(rows)).max(10)
}

/// Whether standard output knows links (OSC 8): a terminal that is known to, or whose user says so.
fn links() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| colours_wanted() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout))
}

/// A text that opens a file, where the terminal knows links.
pub(crate) fn link(path: &Path, text: &str) -> String {
    if links() { linked(path, text) } else { text.to_owned() }
}

fn linked(path: &Path, text: &str) -> String {
    let mut address = String::from("file://");
    let path = course_core::files::with_slashes(path);
    if !path.starts_with('/') {
        address.push('/'); // A drive letter comes first on Windows.
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            address.push(byte.into());
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}

/// The kind of a text, which decides its colour.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_address_of_plain_signs() {
        assert_eq!(
            linked(Path::new("/home/ä b/x.rs"), "x.rs"),
            "\u{1b}]8;;file:///home/%C3%A4%20b/x.rs\u{1b}\\x.rs\u{1b}]8;;\u{1b}\\"
        );
        assert!(linked(Path::new("C:\\course\\x.rs"), "x").contains("file:///C:/course/x.rs"));
    }
}
