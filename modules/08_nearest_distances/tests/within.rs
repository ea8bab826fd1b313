//! Neighbours and their offsets, apart from Python.

use ndarray::array;
use nearest_distances::within::{neighbours, offsets};

#[test]
fn the_boundary_belongs_to_the_ball() {
    let (points, others) = (array![[0.0, 0.0], [100.0, 0.0]], array![[0.0, 6.0], [3.0, 4.0], [0.0, 0.0]]);
    assert_eq!(neighbours(points.view(), others.view(), 5.0), [vec![1, 2], vec![]]);
}

#[test]
fn one_offset_more_than_points() {
    assert_eq!(offsets(&[vec![4, 5, 6], vec![], vec![1]]), [0, 3, 3, 4]);
    assert_eq!(offsets(&[]), [0]);
}
