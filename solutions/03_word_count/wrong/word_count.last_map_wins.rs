//! wrong: merges with `extend`, which replaces the count of a word that both maps have.
//! fails: test_a_long_text
//! says: has the sum of its counts

use std::collections::HashMap;

use pyo3::prelude::*;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::words::is_space;

/// Words as they are written, borrowed from the text. Counting one allocates nothing.
type Counts<'text> = FxHashMap<&'text str, u64>;

/// How often each word of `text` occurs, in lower case.
///
/// Each thread counts the words of its pieces of the text in a map of its own, as they are written; the maps are merged;
/// what is left, each word once, is lower-cased.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    let as_written = text
        .par_split(is_space)
        .filter(|word| !word.is_empty())
        .fold(Counts::default, |mut counts, word| {
            *counts.entry(word).or_insert(0) += 1;
            counts
        })
        .reduce(Counts::default, merge);

    let mut lower_case = HashMap::with_capacity(as_written.len());
    for (word, count) in as_written {
        // `Spam` and `spam` meet here.
        *lower_case.entry(word.to_lowercase()).or_insert(0) += count;
    }
    lower_case
}

/// The sums of two maps' counts.
fn merge<'text>(mut into: Counts<'text>, from: Counts<'text>) -> Counts<'text> {
    into.extend(from);
    into
}

/// How often each word of `text` occurs, in lower case, counted by all cores while other Python threads run.
///
/// Equal to `count_words`. The hash is fast because it keeps no secret: do not let strangers choose millions of words.
///
/// Raises `UnicodeEncodeError` for a lone surrogate.
#[pyfunction]
pub fn word_count(py: Python<'_>, text: &str) -> HashMap<String, u64> {
    py.detach(|| count_in_parallel(text))
}
