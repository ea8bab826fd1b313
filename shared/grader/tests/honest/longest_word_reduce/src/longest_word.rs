use crate::words::words;
use pyo3::prelude::*;

#[pyfunction]
pub fn longest_word(text: &str) -> Option<String> {
    let length = |word: &str| word.chars().count();
    words(text).reduce(|best, word| if length(word) > length(best) { word } else { best }).map(str::to_string)
}
