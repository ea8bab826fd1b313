//! The sorted search, apart from Python.

use ndarray::{Array2, s};
use nearest_distances::nearest_distances_array::distances;
use proptest::prelude::*;

fn expected(points: &Array2<f64>, others: &Array2<f64>) -> Vec<f64> {
    let distance = |point: usize, other: usize| {
        (points[(point, 0)] - others[(other, 0)]).hypot(points[(point, 1)] - others[(other, 1)])
    };
    let nearest = |point| (0..others.nrows()).map(|other| distance(point, other)).fold(f64::INFINITY, f64::min);
    (0..points.nrows()).map(nearest).collect()
}

fn array(numbers: Vec<f64>) -> Array2<f64> {
    Array2::from_shape_vec((numbers.len() / 2, 2), numbers[..numbers.len() / 2 * 2].to_vec()).expect("pairs")
}

fn check(points: Array2<f64>, others: Array2<f64>) {
    let found = distances(points.view(), others.view());
    for (place, (found, expected)) in found.iter().zip(expected(&points, &others)).enumerate() {
        assert!((found - expected).abs() <= 1e-12 * expected, "point {place}: {found} instead of {expected}");
    }
    assert_eq!(found.len(), points.nrows());
}

proptest! {
    #[test]
    fn agrees_with_brute_force(
        points in prop::collection::vec(-10.0..10.0_f64, 0..200),
        others in prop::collection::vec(-10.0..10.0_f64, 2..400),
    ) {
        check(array(points), array(others));
    }

    #[test]
    fn on_a_grid(
        points in prop::collection::vec((-5..5_i8).prop_map(f64::from), 0..100),
        others in prop::collection::vec((-5..5_i8).prop_map(f64::from), 2..200),
    ) {
        check(array(points), array(others));
    }
}

#[test]
fn others_side_by_side_and_one_above_another() {
    let points = Array2::from_shape_fn((50, 2), |(row, column)| ((row * 7 + column * 3) % 11) as f64 - 5.0);
    let line = Array2::from_shape_fn((3_000, 2), |(row, column)| if column == 0 { row as f64 / 100.0 } else { 0.5 });
    check(points.clone(), line.clone());
    check(points, line.slice(s![..;-1, ..;-1]).to_owned());
}

#[test]
fn no_points() {
    assert_eq!(distances(Array2::zeros((0, 2)).view(), Array2::zeros((0, 2)).view()), Vec::<f64>::new());
}
