//! wrong: lower-cases character by character, which cannot know that a sigma ends its word.
//! fails: test_sigma_at_the_end_of_a_word
//! says: A capital sigma becomes

use std::collections::HashMap;

use pyo3::prelude::*;

/// Whether Python's `str.split()` splits at this character: Unicode's White_Space and the separators U+001C to U+001F.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// How often each word of `text` occurs, in lower case.
#[pyfunction]
pub fn count_words(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        *counts.entry(word.chars().flat_map(char::to_lowercase).collect()).or_insert(0) += 1;
    }
    counts
}
