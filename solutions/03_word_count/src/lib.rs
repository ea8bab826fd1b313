//! Module 03: text that is borrowed, threads that do not wait for each other, errors that Python knows.
//!
//! One file per exercise, and two that are given: `words` says what a word is, `textbook` is the version to beat. This
//! file is the table of contents.

pub mod count_file;
pub mod count_words;
pub mod longest_word;
pub mod parse_counts;
pub mod textbook;
pub mod top_words;
pub mod word_count;
pub mod words;

/// Words counted: borrowed text, maps without a lock, errors that Python knows.
#[pyo3::pymodule(name = "word_count")]
mod python {
    #[pymodule_export]
    use super::count_file::count_file;
    #[pymodule_export]
    use super::count_words::count_words;
    #[pymodule_export]
    use super::longest_word::longest_word;
    #[pymodule_export]
    use super::parse_counts::{ParseError, parse_counts};
    #[pymodule_export]
    use super::textbook::textbook_word_count;
    #[pymodule_export]
    use super::top_words::top_words;
    #[pymodule_export]
    use super::word_count::word_count;
}
