//! The loops over slices, and the check of the counts, apart from Python.

use mulliken::mulliken_loops::{checked_counts, populations};

#[test]
fn rows_belong_to_atoms() {
    let p = [2.0, 1.0, 3.0, 4.0];
    let p0 = [1.0, 0.0, 0.0, 1.0];
    let s = [1.0, 0.5, 0.25, 1.0];
    assert_eq!(populations(&p, &p0, &s, &[1, 1]), (vec![2.5, 4.75], vec![1.5, 3.75]));
    assert_eq!(populations(&p, &p0, &s, &[0, 2, 0]), (vec![0.0, 7.25, 0.0], vec![0.0, 5.25, 0.0]));
}

#[test]
fn nothing_at_all() {
    assert_eq!(populations(&[], &[], &[], &[0]), (vec![0.0], vec![0.0]));
}

#[test]
fn counts_that_fit() {
    assert_eq!(checked_counts(&[5, 0, 1], 6), Ok(vec![5, 0, 1]));
    assert_eq!(checked_counts(&[], 0), Ok(vec![]));
}

#[test]
fn counts_that_do_not_fit() {
    for (counts, n, number) in
        [(vec![5, -2, 11], 14, "-2"), (vec![1, 2], 4, "3"), (vec![], 1, "0"), (vec![i64::MAX; 5], 3, "3")]
    {
        let error = checked_counts(&counts, n).expect_err("an error");
        assert!(error.contains(number), "the error for {counts:?} and {n} rows does not name {number}: {error}");
    }
    assert!(checked_counts(&[1 << 62, 1 << 62, 1 << 62, 1 << 62, 3], 3).is_err(), "the sum wrapped round");
}
