//! The parser, apart from Python.

use std::collections::HashMap;

use word_count::parse_counts::{CountsError, Fault, parse};

#[rustfmt::skip]
const _: fn(&str) -> Result<std::collections::HashMap<String, u64>, CountsError> = parse; // An error here? Restore the signature in src/parse_counts.rs.

fn error(source: &str) -> CountsError {
    parse(source).expect_err("the source is wrong")
}

#[test]
fn reads_lines() {
    let counts = parse("spam\t3\r\n\neggs\t2\nspam\t4").expect("the source is right");
    assert_eq!(counts, HashMap::from([("spam".to_owned(), 7), ("eggs".to_owned(), 2)]));
}

#[test]
fn each_fault_is_named() {
    for (text, fault, column) in [
        ("\t3", Fault::NoWord, 1),
        ("spam 3", Fault::NoTab, 7),
        ("spam\t", Fault::NoCount, 6),
        ("spam\t-3", Fault::NotACount("-3".to_owned()), 6),
        ("spam\tmany", Fault::NotACount("many".to_owned()), 6),
        ("spam\t18446744073709551616", Fault::TooLarge, 6),
        ("naïve\t", Fault::NoCount, 7),
    ] {
        let source = format!("eggs\t1\n\n{text}\n");
        assert_eq!(error(&source), CountsError { fault, line: 3, column, text: text.to_owned() }, "{source:?}");
    }
}

#[test]
fn a_sum_may_be_too_large() {
    let error = error("spam\t18446744073709551615\nspam\t1");
    assert_eq!((error.fault, error.line, error.column), (Fault::TooLarge, 2, 6));
}
