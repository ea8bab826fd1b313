//! Folding and indentation. Escape sequences (colours, links) have no width.

use std::io::IsTerminal as _;

use super::style::width;

/// Stands for a space at which no line is folded.
pub(crate) const NO_BREAK: char = '\u{a0}';

/// Folds every line at word boundaries to the terminal's width, indented as far as its beginning.
pub(crate) fn fold(text: &str) -> String {
    fold_to(text, width()).join("\n")
}

/// Joins lines of prose that were broken where the line of the source was full, so that the text can be folded anew. Lines
/// of code stay: they are indented, or have columns.
pub(crate) fn unfilled(text: &str) -> String {
    /// Lines of the catalogues are broken before 128 columns; a line that could have taken ten more was broken on purpose.
    const FULL: usize = 110;
    let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ') && !line.contains("  ");
    let mut joined = String::new();
    let mut last = "";
    for line in text.lines() {
        let first_word = line.split(' ').next().unwrap_or_default();
        let was_full = last.chars().count() + 1 + first_word.chars().count() > FULL;
        joined.push_str(match (joined.is_empty(), is_prose(last) && is_prose(line) && was_full) {
            (true, _) => "",
            (_, true) => " ",
            _ => "\n",
        });
        joined.push_str(line);
        last = line;
    }
    joined
}

/// Folds text for a prompt, where there is a terminal; elsewhere every line stays as it is.
pub(crate) fn for_terminal(text: &str) -> String {
    if !std::io::stdout().is_terminal() {
        return text.to_owned();
    }
    let end = if text.ends_with('\n') { "\n" } else { "" };
    format!("{}{end}", fold(text))
}

/// As [`fold`], for a number of columns, as lines.
pub(super) fn fold_to(text: &str, columns: usize) -> Vec<String> {
    text.lines().flat_map(|line| fold_line(line, columns)).collect()
}

fn fold_line(line: &str, columns: usize) -> Vec<String> {
    let rest = line.trim_start_matches(' ');
    let indentation = (line.len() - rest.len()).min(columns / 2);
    let indented = |line: String| format!("{}{line}", " ".repeat(indentation)).replace(NO_BREAK, " ");
    fold_columns(rest, columns - indentation).into_iter().map(indented).collect()
}

/// Folds at word boundaries; later lines are indented by as many columns.
pub(super) fn hang(text: &str, indentation: usize) -> String {
    let columns = width().saturating_sub(indentation).max(20);
    let lines: Vec<String> = text.lines().flat_map(|paragraph| fold_columns(paragraph, columns)).collect();
    lines.join(&format!("\n{}", " ".repeat(indentation)))
}

/// Folds one paragraph. Only a word that is longer than a line is broken, at a joint of a path or a call if it has one.
pub(crate) fn fold_columns(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut current, mut length) = (String::new(), 0);
    for (index, word) in text.split(' ').enumerate() {
        let space = usize::from(index > 0 && !(current.is_empty() && length == 0));
        let mut word_length = visible_length(word);
        if length > 0 && length + space + word_length > columns {
            lines.push(std::mem::take(&mut current));
            length = 0;
        } else if space > 0 {
            current.push(' ');
            length += 1;
        }
        let mut word = word;
        while word_length > columns {
            let (first, rest) = word.split_at(joint(word, columns));
            lines.push(std::mem::take(&mut current) + first);
            (word, word_length) = (rest, visible_length(rest));
            length = 0;
        }
        current.push_str(word);
        length += word_length;
    }
    lines.push(current);
    lines
}

/// The place to break a word that is longer than so many columns: behind the last slash, else behind another sign that
/// joins, else where the line ends.
fn joint(word: &str, columns: usize) -> usize {
    let (mut slash, mut other) = (None, None);
    for (column, (index, sign)) in visible(word).enumerate() {
        if column >= columns {
            return slash.or(other).unwrap_or(index);
        }
        let behind = Some(index + sign.len_utf8());
        match sign {
            '/' | '\\' if column >= columns / 3 => slash = behind,
            ',' | '(' | '_' | '-' | '.' | ':' if column >= columns / 2 => other = behind,
            _ => {}
        }
    }
    word.len()
}

/// The width of a text in columns.
pub(crate) fn visible_length(text: &str) -> usize {
    visible(text).count()
}

/// The text without escape sequences.
pub(crate) fn plain(text: &str) -> String {
    visible(text).map(|(_, sign)| sign).collect()
}

/// The signs of a text that are shown, with their places: not `ESC [ … letter` (colours) and not `ESC ] … ESC \` (links).
fn visible(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut signs = text.char_indices();
    std::iter::from_fn(move || {
        loop {
            let (index, sign) = signs.next()?;
            if sign != '\u{1b}' {
                return Some((index, sign));
            }
            match signs.next()?.1 {
                '[' => _ = signs.find(|(_, sign)| sign.is_ascii_alphabetic()),
                ']' => {
                    _ = signs.find(|(_, sign)| *sign == '\u{1b}');
                    _ = signs.next();
                }
                _ => {}
            }
        }
    })
}

pub(super) fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "    Give the sum of two `u64` as text. If the sum exceeds `u64::MAX`, raise an `OverflowError`, as Python does.";

    #[test]
    fn prose_is_folded_anew_and_code_stays() {
        let full = "word ".repeat(23).trim_end().to_owned();
        assert_eq!(unfilled(&format!("{full}\nmore of it.\nA new line.")), format!("{full} more of it.\nA new line."));
        let code = format!("new:    {full}\nquery:  more");
        assert_eq!(unfilled(&code), code);
        let indented = format!("{full}\n    more");
        assert_eq!(unfilled(&indented), indented);
        assert_eq!(unfilled("one\n\ntwo"), "one\n\ntwo");
    }

    #[test]
    fn no_word_is_broken_and_none_is_lost() {
        for columns in [40, 80, 100] {
            let lines = fold_to(TEXT, columns);
            assert!(lines.iter().all(|line| line.chars().count() <= columns), "{lines:?}");
            assert!(lines.iter().all(|line| line.starts_with("    ")), "{lines:?}");
            let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
            assert_eq!(words, TEXT.split_whitespace().collect::<Vec<_>>(), "at {columns} columns");
        }
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        for line in ["", "   |  let x = 1;   // spaces   inside", "ends with spaces  "] {
            assert_eq!(fold_to(line, 60).concat(), line);
        }
    }

    #[test]
    fn colours_and_links_have_no_width() {
        let painted = "\u{1b}[1;38;5;9merror\u{1b}[0m: \u{1b}]8;;file:///a/b\u{1b}\\src/x.rs\u{1b}]8;;\u{1b}\\ ends";
        assert_eq!(plain(painted), "error: src/x.rs ends");
        assert_eq!(fold_to(painted, 20), [painted]);
    }

    #[test]
    fn a_path_that_is_too_long_is_broken_at_a_joint() {
        let lines = fold_to("  edit    modules/02_parallel_sum/src/parallel_sum.rs", 40);
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        assert_eq!(lines, ["  edit", "  modules/02_parallel_sum/src/", "  parallel_sum.rs"]);
        assert_eq!(fold_to(&"x".repeat(25), 10), ["x".repeat(10), "x".repeat(10), "x".repeat(5)]);
    }

    #[test]
    fn a_space_that_joins_is_no_place_to_fold() {
        assert_eq!(fold_to("n\u{a0}next  p\u{a0}previous", 10), ["n next ", "p previous"]);
    }
}
