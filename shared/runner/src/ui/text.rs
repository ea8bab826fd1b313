//! Folding and indentation.

use super::style::width;

/// Folds every line at word boundaries to the terminal's width, what is indented as far as its beginning.
pub(crate) fn fold(text: &str) -> String {
    let fold_line = |line: &str| {
        let rest = line.trim_start();
        let indentation = line.len() - rest.len();
        format!("{}{}", " ".repeat(indentation), hang(rest, indentation))
    };
    text.lines().map(fold_line).collect::<Vec<_>>().join("\n")
}

/// Folds at word boundaries; later lines are indented by as many columns.
pub(super) fn hang(text: &str, indentation: usize) -> String {
    let columns = width().saturating_sub(indentation).max(20);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        for word in paragraph.split(' ') {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > columns {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join(&format!("\n{}", " ".repeat(indentation)))
}

pub(super) fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
