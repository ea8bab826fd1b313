//! The module's Rust tests, held against the solution.

extern crate word_count_solution as word_count;

#[path = "../../../modules/03_word_count/tests/count_file.rs"]
mod count_file_tests;
#[path = "../../../modules/03_word_count/tests/parse_counts.rs"]
mod parse_counts_tests;
#[path = "../../../modules/03_word_count/tests/word_count.rs"]
mod word_count_tests;
