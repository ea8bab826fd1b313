//! The size of a thumbnail, apart from Python.

use image_filter::thumbnail::fit;

#[test]
fn the_longest_side_fits() {
    assert_eq!(fit(400, 300, 200), (200, 150));
    assert_eq!(fit(300, 400, 200), (150, 200));
    assert_eq!(fit(512, 600, 256), (218, 256), "218.45 is nearer to 218");
    assert_eq!(fit(3, 2, 1), (1, 1), "two thirds are nearer to 1");
    assert_eq!(fit(8, 3, 4), (4, 2), "1.5 is rounded up");
    assert_eq!(fit(1000, 668, 10), (10, 7), "6.68 is nearer to 7");
}

#[test]
fn never_enlarges() {
    assert_eq!(fit(40, 30, 40), (40, 30));
    assert_eq!(fit(40, 30, 41), (40, 30));
    assert_eq!(fit(40, 30, u32::MAX), (40, 30));
}

#[test]
fn no_side_vanishes() {
    assert_eq!(fit(10_000, 1, 100), (100, 1));
    assert_eq!(fit(1, 10_000, 1), (1, 1));
}

#[test]
fn large_sizes_do_not_wrap() {
    assert_eq!(fit(u32::MAX, u32::MAX, u32::MAX), (u32::MAX, u32::MAX));
    assert_eq!(fit(u32::MAX, u32::MAX - 1, 1 << 31), (1 << 31, (1 << 31) - 1), "2147483647.4999");
}
