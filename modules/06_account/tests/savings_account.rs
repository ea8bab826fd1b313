//! Interest, apart from Python.

use account::savings_account::interest;

#[test]
fn to_the_nearest_cent() {
    assert_eq!(interest(10_000, 0.02), Some(200));
    assert_eq!(interest(10_049, 0.01), Some(100));
    assert_eq!(interest(10_051, 0.01), Some(101), "rounded, not cut off");
    assert_eq!(interest(0, 0.5), Some(0));
    assert_eq!(interest(10_000, 0.0), Some(0));
}

#[test]
fn half_a_cent_to_the_even_one() {
    for (cents, expected) in [(1, 0), (3, 2), (5, 2), (7, 4)] {
        assert_eq!(interest(cents, 0.5), Some(expected), "half of {cents} cents, rounded as Python's `round` does");
    }
}

#[test]
fn too_much_is_none() {
    assert_eq!(interest(1, 9_223_372_036_854_774_784.0), Some(9_223_372_036_854_774_784));
    assert_eq!(interest(1, 9_223_372_036_854_775_808.0), None, "2^63 is one too many for an i64");
    assert_eq!(interest(i64::MAX, 1e300), None, "`as i64` stops at the largest i64 without a word");
    assert_eq!(interest(i64::MAX, f64::MAX), None, "an infinite interest");
}
