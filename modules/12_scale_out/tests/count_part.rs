//! Ranges of bytes in memory, apart from Python and from files.

use std::io;

use proptest::prelude::*;
use scale_out::count_part::count_range;
use scale_out::partial_count::{Counts, add};
use scale_out::source::{ReadAt, ReadError};
use scale_out::words::words;

/// Gives its bytes a few at a time, as a network file system may.
struct Slow<'bytes>(&'bytes [u8]);

impl ReadAt for Slow<'_> {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let some = buffer.len().min(3);
        self.0.read_at(&mut buffer[..some], at)
    }
}

/// Fails when it is read.
struct Broken;

impl ReadAt for Broken {
    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Err(io::Error::other("broken"))
    }
}

fn reference(text: &str) -> Counts {
    let mut counts = Counts::new();
    for word in words(text) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}

/// The counts of all ranges between these cuts, added up.
fn in_ranges(bytes: &[u8], cuts: &[usize]) -> Result<Counts, ReadError> {
    let mut sum = Counts::new();
    for range in cuts.windows(2) {
        add(&mut sum, &count_range(bytes, range[0] as u64, range[1] as u64)?).expect("few words");
    }
    Ok(sum)
}

#[test]
fn every_cut_of_every_kind() {
    let text = "Spam é 🦀🦀\u{3000}\u{3000}ΟΔΟΣ\u{a0}x\u{1c}\u{85}é";
    let bytes = text.as_bytes();
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            let sum = in_ranges(bytes, &[0, first, second, bytes.len()]).expect("this is UTF-8");
            assert_eq!(sum, reference(text), "cut at {first} and {second}");
        }
    }
}

#[test]
fn a_word_belongs_to_the_range_of_its_first_byte() {
    let counts = count_range(&b"spam eggs"[..], 5, 6).expect("this is UTF-8");
    assert_eq!(counts, reference("eggs"), "The range holds the e only, but the word begins in it.");
    let counts = count_range(&b"spam eggs"[..], 6, 9).expect("this is UTF-8");
    assert_eq!(counts, reference(""), "Here is the rest of a word that began before.");
}

#[test]
fn a_source_may_give_less_than_was_asked_for() {
    let text = "Spam 🦀🦀 eggs\u{3000}spam ".repeat(9);
    let counts = count_range(&Slow(text.as_bytes()), 2, text.len() as u64).expect("this is UTF-8");
    assert_eq!(counts, reference(&text[5..]));
}

#[test]
fn what_goes_wrong_is_told() {
    assert!(matches!(count_range(&Broken, 0, 9), Err(ReadError::Io(_))));
    assert!(
        matches!(count_range(&b"spam "[..], 0, 9), Err(ReadError::TooShort { stop: 9, end: 5 })),
        "The file was 9 bytes long when it was measured."
    );
}

#[test]
fn wrong_bytes_outside_of_the_range_are_somebody_elses() {
    let bytes = b"\xff spam \xff".as_slice();
    assert_eq!(count_range(bytes, 2, 7).expect("the range is UTF-8"), reference("spam"));
}

proptest! {
    #[test]
    fn random_cuts_add_up(
        parts in prop::collection::vec(prop::sample::select(vec!["a", "B", "é", "🦀", "Σ", " ", "\n", "\u{3000}", "\u{85}", "\u{1c}"]), 0..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text = parts.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).chain([0, text.len()]).collect();
        cuts.sort_unstable();
        prop_assert_eq!(in_ranges(text.as_bytes(), &cuts).expect("this is UTF-8"), reference(&text));
    }

    #[test]
    fn the_first_wrong_byte_is_found_by_some_range(
        parts in prop::collection::vec(prop::sample::select(vec![&b"a"[..], b" ", b"\xc3\xa9", b"\xf0\x9f\xa6\x80", b"\xe2", b"\x82", b"\xff", b"\x80"]), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let bytes = parts.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let found = cuts
            .windows(2)
            .filter_map(|range| match count_range(&bytes[..], range[0] as u64, range[1] as u64) {
                Err(ReadError::NotUtf8 { start, .. }) => Some(start),
                _ => None,
            })
            .min();
        let wanted = std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to() as u64);
        prop_assert_eq!(found, wanted, "{:02x?} cut at {:?}", bytes, cuts);
    }
}
