//! The statistics of a view, apart from Python.

use matrix_multiply::compute_stats::stats;
use ndarray::{Array1, ArrayView1, s};

#[test]
fn no_values_have_no_statistics() {
    assert_eq!(stats(ArrayView1::from(&[])), None);
}

#[test]
fn far_from_zero() {
    let values = Array1::from_iter((0..10_000).map(|i| 1e9 + f64::from(i % 2)));
    let found = stats(values.view()).expect("there are values");
    assert!((found.std - 0.500_025).abs() < 1e-6, "the digits are lost: std is {}", found.std);
    assert_eq!((found.min, found.max), (1e9, 1e9 + 1.0));
}

#[test]
fn any_stride() {
    let values = Array1::from_iter((0..200_000).map(f64::from));
    let found = stats(values.slice(s![..;-2])).expect("there are values");
    assert!((found.mean - 100_000.0).abs() < 1e-6, "the mean is {}", found.mean);
    assert_eq!((found.min, found.max), (1.0, 199_999.0));
}
