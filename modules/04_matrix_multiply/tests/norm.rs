//! The norm of a view, apart from Python.

use matrix_multiply::norm::euclidean;
use ndarray::{Array, Array1};

#[test]
fn three_and_four_make_five() {
    assert_eq!(euclidean(Array1::from(vec![3.0, -4.0]).into_dyn().view(), |x| x), 5.0);
    assert_eq!(euclidean(Array1::from(vec![3_i64, -4]).into_dyn().view(), |x| x as f64), 5.0);
    assert_eq!(euclidean(Array::<f32, _>::ones((2, 2, 4)).into_dyn().view(), f64::from), 4.0);
}

#[test]
fn no_values_have_the_norm_zero() {
    assert_eq!(euclidean(Array1::<f64>::zeros(0).into_dyn().view(), |x| x), 0.0);
}

#[test]
fn squares_that_do_not_fit() {
    let found = euclidean(Array1::from(vec![3e200, 4e200]).into_dyn().view(), |x| x);
    assert!((found / 5e200 - 1.0).abs() < 1e-12, "the squares overflowed: {found}");
    let found = euclidean(Array1::from(vec![3e-200, 4e-200]).into_dyn().view(), |x| x);
    assert!((found / 5e-200 - 1.0).abs() < 1e-12, "the squares vanished: {found}");
}
