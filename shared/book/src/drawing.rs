//! Drawings in text become SVG: lines where the text has box-drawing characters, text where it has text.
//!
//! A lesson is read in a terminal, on a code host and in the book. So it draws with characters, which a phone breaks and
//! a screen reader spells letter by letter. A comment before the drawing says in words what it shows:
//!
//! ```text
//! <!-- drawing: A list points to three objects. -->
//! ```
//!
//! The book shows such a drawing as an SVG with that text as its description. It has no colour of its own and takes the
//! page's, light or dark.

use std::fmt::Write as _;

/// Width and height of a character, in the SVG's units.
const CELL: (f64, f64) = (8.0, 18.0);

/// The four directions in which a line may leave the middle of a character's cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Arms {
    up: bool,
    down: bool,
    left: bool,
    right: bool,
}

/// The lines that a box-drawing character consists of.
fn arms(character: char) -> Option<Arms> {
    let [up, down, left, right] = match character {
        '─' | '═' | '╌' | '┄' | '━' => [false, false, true, true],
        '│' | '║' | '╎' | '┆' | '┃' => [true, true, false, false],
        '┌' | '╭' | '╔' => [false, true, false, true],
        '┐' | '╮' | '╗' => [false, true, true, false],
        '└' | '╰' | '╚' => [true, false, false, true],
        '┘' | '╯' | '╝' => [true, false, true, false],
        '├' | '╠' => [true, true, false, true],
        '┤' | '╣' => [true, true, true, false],
        '┬' | '╦' => [false, true, true, true],
        '┴' | '╩' => [true, false, true, true],
        '┼' | '╬' => [true, true, true, true],
        _ => return None,
    };
    Some(Arms { up, down, left, right })
}

/// The triangle of an arrow's head, as offsets from the middle of its cell.
fn arrow_head(character: char) -> Option<[(f64, f64); 3]> {
    Some(match character {
        '►' | '▶' => [(-4.0, -4.0), (4.0, 0.0), (-4.0, 4.0)],
        '◄' | '◀' => [(4.0, -4.0), (-4.0, 0.0), (4.0, 4.0)],
        '▲' => [(-4.0, 5.0), (0.0, -5.0), (4.0, 5.0)],
        '▼' => [(-4.0, -5.0), (0.0, 5.0), (4.0, -5.0)],
        _ => return None,
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The SVG of a drawing. `description` says in words what it shows; `number` makes its ids unique in a page.
pub(crate) fn svg(drawing: &str, description: &str, number: usize) -> String {
    let rows: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let (width, height) = (columns as f64 * CELL.0 + 8.0, rows.len() as f64 * CELL.1 + 8.0);
    let mut lines = String::new();
    let mut heads = String::new();
    let mut texts = String::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        while x < row.len() {
            let character = row[x];
            let middle = ((x as f64 + 0.5) * CELL.0 + 4.0, (y as f64 + 0.5) * CELL.1 + 4.0);
            if let Some(arms) = arms(character) {
                for (drawn, dx, dy) in [
                    (arms.up, 0.0, -CELL.1 / 2.0),
                    (arms.down, 0.0, CELL.1 / 2.0),
                    (arms.left, -CELL.0 / 2.0, 0.0),
                    (arms.right, CELL.0 / 2.0, 0.0),
                ] {
                    if drawn {
                        let _ = write!(lines, "M{} {}l{dx} {dy}", middle.0, middle.1);
                    }
                }
                x += 1;
            } else if let Some(points) = arrow_head(character) {
                for (index, (dx, dy)) in points.iter().enumerate() {
                    let command = if index == 0 { 'M' } else { 'L' };
                    let _ = write!(heads, "{command}{} {}", middle.0 + dx, middle.1 + dy);
                }
                heads.push('Z');
                x += 1;
            } else if character == ' ' {
                x += 1;
            } else {
                let end = end_of_text(row, x);
                let text: String = row[x..end].iter().collect();
                // The width is given, so that every font keeps the text under its lines.
                let _ = write!(
                    texts,
                    r#"<text x="{}" y="{}" textLength="{}" lengthAdjust="spacingAndGlyphs">{}</text>"#,
                    x as f64 * CELL.0 + 4.0,
                    y as f64 * CELL.1 + 17.5,
                    (end - x) as f64 * CELL.0,
                    escape(&text),
                );
                x = end;
            }
        }
    }
    let description = escape(description);
    format!(
        r#"<div class="drawing" tabindex="0" role="group" aria-label="Drawing"><svg role="img" aria-labelledby="drawing-{number}" viewBox="0 0 {width} {height}" style="width:{}em" xmlns="http://www.w3.org/2000/svg"><title id="drawing-{number}">{description}</title><path class="line" d="{lines}"/><path class="head" d="{heads}"/>{texts}</svg></div>"#,
        (width / 16.0 * 1.02 * 100.0).round() / 100.0,
    )
}

/// The end of a run of text: before a line, an arrow, or two spaces.
fn end_of_text(row: &[char], start: usize) -> usize {
    let mut end = start;
    while end < row.len() {
        let is_gap = row[end] == ' ' && row.get(end + 1).is_none_or(|next| *next == ' ' || is_line(*next));
        if is_line(row[end]) || is_gap {
            break;
        }
        end += 1;
    }
    end
}

fn is_line(character: char) -> bool {
    arms(character).is_some() || arrow_head(character).is_some()
}

/// Replaces the described drawings of a page by SVG. Drawings without a description stay as they are.
pub(crate) fn replace(page: &str) -> (String, usize) {
    let mut result = String::new();
    let mut count = 0;
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(start) = line.trim_start().strip_prefix("<!-- drawing:") else {
            result.push_str(line);
            result.push('\n');
            continue;
        };
        let mut description = start.to_owned();
        while !description.contains("-->")
            && let Some(more) = lines.next()
        {
            description.push(' ');
            description.push_str(more.trim());
        }
        let description = description.split("-->").next().unwrap_or_default().trim().to_owned();
        while lines.peek().is_some_and(|line| line.trim().is_empty()) {
            lines.next();
        }
        if lines.next_if(|line| line.trim() == "```text").is_none() {
            continue;
        }
        let drawing: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
        count += 1;
        result.push_str(&svg(&drawing.join("\n"), &description, count));
        result.push_str("\n\n");
    }
    (result, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paths_and_words_stay_words() {
        let svg = svg("┌──► a list\n│", "A line leads to a list.", 1);
        assert!(svg.contains(">a list</text>"), "{svg}");
        assert!(svg.contains("<title id=\"drawing-1\">A line leads to a list.</title>"), "{svg}");
        assert!(!svg.contains('┌') && !svg.contains('►') && !svg.contains('│'), "{svg}");
        assert!(svg.contains('Z'), "an arrow has a head: {svg}");
    }

    #[test]
    fn text_is_escaped_and_takes_its_columns() {
        let svg = svg("Vec<i64> & co", "\"quoted\" <b>", 1);
        assert!(svg.contains("Vec&lt;i64&gt; &amp; co"), "{svg}");
        assert!(svg.contains(&format!("textLength=\"{}\"", 13.0 * CELL.0)), "{svg}");
        assert!(svg.contains("&quot;quoted&quot; &lt;b&gt;"), "{svg}");
    }

    #[test]
    fn two_spaces_part_two_texts() {
        assert_eq!(svg("left  right", "x", 1).matches("<text").count(), 2);
        assert_eq!(svg("one text", "x", 1).matches("<text").count(), 1);
    }

    #[test]
    fn only_described_drawings_are_replaced() {
        let page = "before\n\n<!-- drawing: A\nbox. -->\n\n```text\n┌┐\n```\n\n```text\nmessage\n```\nafter\n";
        let (replaced, count) = replace(page);
        assert_eq!(count, 1);
        assert!(replaced.contains("A box.</title>"), "{replaced}");
        assert!(replaced.contains("```text\nmessage\n```"), "{replaced}");
        assert!(replaced.starts_with("before\n") && replaced.ends_with("after\n"), "{replaced}");
    }

    #[test]
    fn an_svg_is_one_line_of_markdown() {
        // A blank line would end the block of HTML in the middle of the picture.
        assert_eq!(svg("a\n\nb", "x", 1).lines().count(), 1);
    }
}
