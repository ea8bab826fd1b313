//! The kernel of `{EXERCISE}`, without Python.

use {PACKAGE}::{EXERCISE}::checked_successor;

#[test]
fn adds_one() {
    assert_eq!(checked_successor(41), Some(42));
}

#[test]
fn tells_overflow() {
    assert_eq!(checked_successor(i64::MAX), None);
}
