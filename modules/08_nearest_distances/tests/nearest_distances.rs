//! The brute force kernel, apart from Python.

use nearest_distances::nearest_distances::nearest_distance;

#[test]
fn three_and_four_make_five() {
    assert_eq!(nearest_distance([1.0, 1.0], &[[4.0, 5.0], [100.0, 1.0]]), 5.0);
    assert_eq!(nearest_distance([1.0, 1.0], &[[1.0, 1.0]]), 0.0);
}

#[test]
fn nothing_is_infinitely_far() {
    assert_eq!(nearest_distance([1.0, 1.0], &[]), f64::INFINITY);
}
