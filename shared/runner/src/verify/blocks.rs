//! The code blocks of a lesson.

/// One fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of the opening fence, from 1.
    pub(super) line: usize,
    /// The text behind the opening fence.
    pub(super) info: String,
    pub(super) text: String,
}

/// A fence opens with a line that begins with three backticks and closes with a line of nothing else.
/// `coursekit/lesson.py` reads blocks by the same rule.
pub(super) fn read(lesson: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in lesson.lines().enumerate() {
        match &mut open {
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    open = Some(Block { line: index + 1, info: info.trim().to_owned(), text: String::new() });
                }
            }
            Some(block) if line == "```" => {
                blocks.push(block.clone());
                open = None;
            }
            Some(block) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    match open {
        Some(block) => Err(format!("line {}: the code block is never closed", block.line)),
        None => Ok(blocks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_carry_line_info_and_text() {
        let blocks = read("a\n```rust,compile_fail,E0277\nfn x() {}\n```\n\n```text\n  ``` inside\n```\n").unwrap();
        assert_eq!(blocks.len(), 2);
        assert_eq!(
            (blocks[0].line, blocks[0].info.as_str(), blocks[0].text.as_str()),
            (2, "rust,compile_fail,E0277", "fn x() {}\n")
        );
        assert_eq!(blocks[1].text, "  ``` inside\n");
    }

    #[test]
    fn an_open_block_is_a_fault() {
        assert!(read("```rust\nfn x() {}\n").is_err());
    }
}
