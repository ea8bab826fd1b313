//! Reading in blocks, apart from Python and from files.

use std::collections::HashMap;
use std::io::{self, Read};

use word_count::count_file::{ReadError, count_words_in};

/// Gives its bytes a few at a time, as a pipe or a network may.
struct Slow<'bytes>(&'bytes [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let some = self.0.len().min(buffer.len()).min(3);
        self.0.read(&mut buffer[..some])
    }
}

/// Fails when it is read.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("broken"))
    }
}

#[test]
fn a_source_may_give_less_than_was_asked_for() {
    let counts = count_words_in(Slow("Spam 🦀🦀 eggs\u{3000}spam".as_bytes())).expect("this is UTF-8");
    let expected = [("spam", 2), ("🦀🦀", 1), ("eggs", 1)].map(|(word, count)| (word.to_owned(), count));
    assert_eq!(counts, HashMap::from(expected), "A short read is not the end: only a read of 0 bytes is.");
}

#[test]
fn a_wrong_byte_is_found_at_its_place() {
    let source = io::repeat(b' ').take(10_000_000).chain(&b"egg\xffs "[..]).chain(io::repeat(b' ').take(10_000_000));
    match count_words_in(source) {
        Err(ReadError::NotUtf8 { start, bytes }) => assert_eq!((start, bytes), (10_000_003, vec![0xff])),
        other => panic!("got {other:?}, expected NotUtf8"),
    }
}

#[test]
fn an_error_ends_the_reading() {
    assert!(matches!(count_words_in(Broken), Err(ReadError::Io(error)) if error.to_string() == "broken"));
}
