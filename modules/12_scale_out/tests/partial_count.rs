//! The bytes of a count, apart from Python: written, read back, and lied about.

use std::collections::HashMap;

use proptest::prelude::*;
use scale_out::partial_count::{Counts, add, decode, encode};
use scale_out::wire::{FormatError, MAGIC, VERSION, push_number};

fn counts(items: &[(&str, u64)]) -> Counts {
    items.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
}

/// Bytes that announce so many words, followed by these.
fn announcing(words: u64, rest: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    push_number(&mut bytes, words);
    bytes.extend_from_slice(rest);
    bytes
}

#[test]
fn the_bytes_are_as_the_format_says() {
    let bytes = encode(&counts(&[("spam", 300), ("é", 1)]));
    assert_eq!(bytes, b"PCNT\x01\x02\x04spam\xac\x02\x02\xc3\xa9\x01", "See the drawing in src/wire.rs.");
}

#[test]
fn what_was_written_is_read() {
    for original in [counts(&[]), counts(&[("spam", u64::MAX), ("", 1), ("🦀", 0)])] {
        assert_eq!(decode(&encode(&original)), Ok(original));
    }
}

#[test]
fn another_version_is_told_before_anything_else() {
    let mut bytes = encode(&counts(&[("spam", 1)]));
    bytes[4] = 9;
    bytes.truncate(5);
    assert_eq!(decode(&bytes), Err(FormatError::Version(9)), "What follows may mean anything there.");
}

#[test]
fn bytes_that_lie() {
    let cases: [(&str, Vec<u8>, FormatError); 8] = [
        ("something else", b"GIF89a".to_vec(), FormatError::NoCount),
        ("nothing", Vec::new(), FormatError::Truncated(0)),
        ("a beginning", b"PC".to_vec(), FormatError::Truncated(0)),
        ("too many words", announcing(u64::MAX, b"\x01a\x01"), FormatError::TooManyWords(u64::MAX, 3)),
        ("a word longer than the rest", announcing(1, b"\x7fab"), FormatError::Truncated(7)),
        ("no UTF-8", announcing(1, b"\x01\xff\x01"), FormatError::NotUtf8(6)),
        ("a word twice", announcing(2, b"\x01a\x01\x01a\x01"), FormatError::OutOfOrder(9)),
        ("bytes behind the end", announcing(1, b"\x01a\x01!"), FormatError::LeftOver(1)),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(decode(&bytes), Err(expected), "{what}: {bytes:02x?}");
    }
}

#[test]
fn a_sum_that_does_not_fit_names_its_word() {
    let mut sum = counts(&[("eggs", 1), ("spam", u64::MAX)]);
    assert_eq!(add(&mut sum, &counts(&[("eggs", 1), ("spam", 1)])), Err("spam".to_owned()), "Use `checked_add`.");
}

proptest! {
    #[test]
    fn any_counts_go_through(original in prop::collection::hash_map(".{0,6}", any::<u64>(), 0..20)) {
        prop_assert_eq!(decode(&encode(&original)), Ok(original));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = decode(&bytes);
        let _ = decode(&announcing(bytes.len() as u64 / 3, &bytes));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = encode(&HashMap::from([("eggs".to_owned(), 7), ("spam".to_owned(), 300)]));
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = decode(&bytes) {
            prop_assert_eq!(encode(&read), bytes, "Only one form of each count is accepted.");
        }
    }
}
