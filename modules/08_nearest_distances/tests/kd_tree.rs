//! Blocks of queries, apart from Python.

use nearest_distances::index::Index;
use nearest_distances::kd_tree::fill;

#[test]
fn nearest_first_and_what_is_missing_stays() {
    let index = Index::new(vec![[0.0, 0.0], [3.0, 4.0]]);
    let (mut distances, mut numbers) = ([f64::INFINITY; 6], [2; 6]);
    fill(&index, &[[3.0, 4.0], [0.0, 0.0]], 3, &mut distances, &mut numbers);
    assert_eq!(distances, [0.0, 5.0, f64::INFINITY, 0.0, 5.0, f64::INFINITY]);
    assert_eq!(numbers, [1, 0, 2, 0, 1, 2]);
}

#[test]
fn only_the_nearest() {
    let index = Index::new(vec![[0.0, 0.0], [3.0, 4.0], [10.0, 0.0]]);
    let (mut distances, mut numbers) = ([f64::INFINITY; 3], [3; 3]);
    fill(&index, &[[9.0, 0.0], [3.0, 5.0], [-1.0, 0.0]], 1, &mut distances, &mut numbers);
    assert_eq!((distances, numbers), ([1.0, 1.0, 1.0], [2, 1, 0]));
}

#[test]
fn no_points_at_all() {
    let (mut distances, mut numbers) = ([f64::INFINITY; 2], [0; 2]);
    fill(&Index::new(Vec::new()), &[[1.0, 2.0]], 2, &mut distances, &mut numbers);
    assert_eq!((distances, numbers), ([f64::INFINITY; 2], [0; 2]));
}
