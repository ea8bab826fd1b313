//! The arithmetic of exercise 1. Called from Rust it needs neither a C name nor a C calling convention.

use sum_as_string::add_one::add_one;

#[rustfmt::skip]
const _: fn(i32) -> i32 = |x| add_one(x); // An error here? Restore the signature in src/add_one.rs: (x: i32) -> i32

#[test]
fn adds_one() {
    assert_eq!(add_one(41), 42);
    assert_eq!(add_one(-1), 0);
}

#[test]
fn wraps_after_the_largest() {
    assert_eq!(
        add_one(i32::MAX),
        i32::MIN,
        "i32::MAX + 1 wraps round: C has no error to give, and a panic would abort Python"
    );
}

#[test]
fn is_the_sum_modulo_2_to_the_32() {
    for x in (i32::MIN..=i32::MAX).step_by(99_991) {
        let expected = (i64::from(x) + 1) as i32;
        assert_eq!(add_one(x), expected, "add_one({x})");
    }
}
