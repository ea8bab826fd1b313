//! The parallel count, apart from Python.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::ThreadPoolBuilder;
use word_count::word_count::count_in_parallel;
use word_count::words::words;

#[rustfmt::skip]
const _: fn(&str) -> std::collections::HashMap<String, u64> = count_in_parallel; // An error here? Restore the signature in src/word_count.rs.

fn one_after_the_other(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in words(text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn counts() {
    let counts = count_in_parallel("Spam eggs\u{1c}spam");
    assert_eq!(counts, HashMap::from([("spam".to_owned(), 2), ("eggs".to_owned(), 1)]));
}

#[test]
fn same_whatever_the_number_of_threads() {
    let text: String = (0..20_000).map(|n| format!("Word{} word{} ", n % 97, n % 1013)).collect();
    let expected = one_after_the_other(&text);
    for threads in 1..=8 {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        let counts = pool.install(|| count_in_parallel(&text));
        assert!(counts == expected, "with {threads} threads: the counts differ from those of one pass");
    }
}

/// The same examples at every run, and no files left behind.
fn settings() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn agrees_with_one_pass(text in "[ aAbΣσς\u{1c}\u{a0}\u{3000}🦀\\PC]{0,60}") {
        prop_assert_eq!(count_in_parallel(&text), one_after_the_other(&text));
    }
}
