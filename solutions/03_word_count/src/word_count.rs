//! Words counted by all cores, without a lock.

use std::collections::HashMap;

use pyo3::prelude::*;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::words::{is_space, words};

/// More pieces than threads, so that a thread that is held up does not keep the others waiting for long.
const PIECES_PER_THREAD: usize = 2;

/// Words as they are written, borrowed from the text. Counting one allocates nothing.
type Counts<'text> = FxHashMap<&'text str, u64>;

/// How often each word of `text` occurs, in lower case.
///
/// Each piece of the text has a map of its own, with the words as they are written. The maps are merged into one, which
/// holds each word once, and its words are lower-cased.
///
/// `par_split` with `fold` does the same in fewer lines. But it cuts whenever a thread is idle, and each cut makes one more
/// map to merge.
pub fn count_in_parallel(text: &str) -> HashMap<String, u64> {
    let as_written = pieces(text, PIECES_PER_THREAD * rayon::current_num_threads())
        .into_par_iter()
        .map(count)
        .reduce(Counts::default, merge);

    let mut lower_case = HashMap::with_capacity(as_written.len());
    for (word, count) in as_written {
        // `Spam` and `spam` meet here.
        *lower_case.entry(word.to_lowercase()).or_insert(0) += count;
    }
    lower_case
}

/// Cuts `text` into about `count` pieces of one size, at white space only, so that no word is cut.
fn pieces(mut text: &str, count: usize) -> Vec<&str> {
    let size = text.len() / count + 1;
    let mut pieces = Vec::with_capacity(count);
    while text.len() > size {
        let at_least = text.ceil_char_boundary(size);
        let cut = text[at_least..].find(is_space).map_or(text.len(), |further| at_least + further);
        let (piece, rest) = text.split_at(cut);
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

/// How often each word occurs, as it is written.
fn count(piece: &str) -> Counts<'_> {
    let mut counts = Counts::default();
    for word in words(piece) {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

/// The sums of two maps' counts.
fn merge<'text>(mut into: Counts<'text>, from: Counts<'text>) -> Counts<'text> {
    for (word, count) in from {
        *into.entry(word).or_insert(0) += count;
    }
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
