//! Directions and angles, apart from Python.

use nearest_distances::nearest_on_sphere::{angle, unit_vector};
use std::f64::consts::{FRAC_PI_2, PI};

fn assert_near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} instead of {expected}");
}

#[test]
fn directions() {
    for (longitude, latitude, expected) in [
        (0.0, 0.0, [1.0, 0.0, 0.0]),
        (90.0, 0.0, [0.0, 1.0, 0.0]),
        (-90.0, 0.0, [0.0, -1.0, 0.0]),
        (180.0, 60.0, [-0.5, 0.0, 0.75_f64.sqrt()]),
        (33.0, 90.0, [0.0, 0.0, 1.0]),
        (33.0, -90.0, [0.0, 0.0, -1.0]),
    ] {
        for (found, expected) in unit_vector(longitude, latitude).into_iter().zip(expected) {
            assert_near(found, expected, 1e-15);
        }
    }
}

#[test]
fn longitudes_wrap_round() {
    for (one, other) in [(180.0, -180.0), (-90.0, 270.0), (725.0, 5.0)] {
        let (left, right) = (unit_vector(one, 10.0), unit_vector(other, 10.0));
        assert_eq!(left, right, "{one}° and {other}° are the same: `rem_euclid(360.0)` comes before the sine");
    }
}

#[test]
fn angles_of_any_size() {
    let start = unit_vector(0.0, 0.0);
    assert_near(angle(start, unit_vector(90.0, 0.0)), FRAC_PI_2, 1e-15);
    assert_eq!(angle(start, start), 0.0);
    let tiny = 1e-7_f64.to_radians();
    assert_near(angle(start, unit_vector(1e-7, 0.0)), tiny, 1e-15);
    assert_near(angle(start, unit_vector(180.0 - 1e-7, 0.0)), PI - tiny, 1e-15);
}
