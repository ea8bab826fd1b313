//! wrong: `split` without a filter: two spaces in a row count as an empty word.
//! fails: test_white_space_in_a_row
//! says: an empty piece, which is no word

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
    for word in text.split(is_space) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}
