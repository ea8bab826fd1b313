//! The grey of a pixel, apart from Python.

use image_filter::to_gray::luma;

#[test]
fn rounds_half_up() {
    for (pixel, expected) in [([0, 0, 0], 0), ([255, 255, 255], 255), ([255, 0, 0], 76), ([0, 255, 0], 150)] {
        assert_eq!(luma(pixel), expected, "{pixel:?}");
    }
    // 114 · 250 = 28 500: exactly a half.
    assert_eq!(luma([0, 0, 250]), 29, "a half is rounded up");
}

#[test]
fn agrees_with_integers() {
    for red in 0..=255_u8 {
        for green in (0..=255_u8).step_by(3) {
            for blue in (0..=255_u8).step_by(5) {
                let sum = 299 * u64::from(red) + 587 * u64::from(green) + 114 * u64::from(blue);
                let expected = sum / 1000 + u64::from(sum % 1000 >= 500);
                assert_eq!(u64::from(luma([red, green, blue])), expected, "{red}, {green}, {blue}");
            }
        }
    }
}
