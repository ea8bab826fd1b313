//! The length of a gradient, apart from Python.

use image_filter::edges::{magnitude, sobel};
use image_filter::picture::Picture;

#[test]
fn three_and_four_make_five() {
    assert_eq!(magnitude(3, -4), 5);
    assert_eq!(magnitude(0, 0), 0);
}

#[test]
fn rounds_and_saturates() {
    assert_eq!(magnitude(1, 1), 1, "1.41 is nearer to 1");
    assert_eq!(magnitude(2, 2), 3, "2.83 is nearer to 3");
    assert_eq!(magnitude(255, 0), 255);
    assert_eq!(magnitude(256, 0), 255, "what is too long is 255");
    assert_eq!(magnitude(-1020, 1020), 255, "the squares do not fit in an i16");
}

#[test]
fn agrees_with_the_definition() {
    for across in (-1020..=1020_i16).step_by(7) {
        for down in (-1020..=1020_i16).step_by(11) {
            let expected = f64::from(across).hypot(f64::from(down)).round().min(255.0) as u8;
            assert_eq!(magnitude(across, down), expected, "{across}, {down}");
        }
    }
}

#[test]
fn one_pixel_has_no_edge() {
    let gray = Picture { height: 1, width: 1, channels: 1, data: vec![200] };
    assert_eq!(sobel(&gray).map(|picture| picture.data), Ok(vec![0]));
}
