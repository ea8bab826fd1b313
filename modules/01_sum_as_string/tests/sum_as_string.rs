//! The kernel of exercise 2, without Python.

use sum_as_string::sum_as_string::checked_sum;

#[rustfmt::skip]
const _: fn(u64, u64) -> Option<u64> = checked_sum; // An error here? Restore the signature in src/sum_as_string.rs.

#[test]
fn adds() {
    assert_eq!(checked_sum(5, 20), Some(25));
    assert_eq!(checked_sum(0, 0), Some(0));
}

#[test]
fn the_largest_sum_is_u64_max() {
    assert_eq!(checked_sum(u64::MAX, 0), Some(u64::MAX));
    assert_eq!(checked_sum(u64::MAX - 1, 1), Some(u64::MAX));
    assert_eq!(checked_sum(1 << 63, (1 << 63) - 1), Some(u64::MAX));
}

#[test]
fn one_more_is_none() {
    assert_eq!(checked_sum(u64::MAX, 1), None, "`a + b` would give 0 here");
    assert_eq!(checked_sum(1, u64::MAX), None);
    assert_eq!(checked_sum(u64::MAX, u64::MAX), None);
}

#[test]
fn agrees_with_wider_integers() {
    // Powers of two and their neighbours: where carries and borders are.
    let values: Vec<u64> = (0..64).map(|bit| 1 << bit).flat_map(|power: u64| [power - 1, power, !power]).collect();
    for &a in &values {
        for &b in &values {
            let expected = u64::try_from(u128::from(a) + u128::from(b)).ok();
            assert_eq!(checked_sum(a, b), expected, "checked_sum({a}, {b})");
        }
    }
}
