//! The module's Rust tests, held against the solution.

extern crate image_filter_solution as image_filter;

#[path = "../../../modules/09_image_filter/tests/edges.rs"]
mod edges_tests;
#[path = "../../../modules/09_image_filter/tests/thumbnail.rs"]
mod thumbnail_tests;
#[path = "../../../modules/09_image_filter/tests/to_gray.rs"]
mod to_gray_tests;

/// The given code must be right as well, and agree with the solutions to the last bit.
mod given_tests {
    use image_filter::filters::{self, reflect, weights};
    use image_filter::picture::Picture;
    use image_filter::{blur, edges};
    use std::borrow::Cow;
    use std::sync::atomic::AtomicBool;

    fn picture(height: usize, width: usize, channels: usize) -> Picture {
        let data = (0..height * width * channels).map(|i| (i * i * 7 + i * 13) as u8).collect();
        Picture { height, width, channels, data }
    }

    #[test]
    fn reflects_over_and_over() {
        let line: Vec<usize> = (-7..9).map(|index| reflect(index, 3)).collect();
        assert_eq!(line, [0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2][..].to_vec());
    }

    #[test]
    fn weights_add_up_to_one() {
        for sigma in [1e-300, 0.1, 0.5, 1.0, 3.7, 40.0, 1e4, 1e300] {
            for length in [1, 2, 3, 10, 500] {
                let weights = weights(sigma, length);
                let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
                assert!((sum - 1.0).abs() < 1e-5, "sigma {sigma}, length {length}: {sum}");
                assert!(weights.len() <= length + 1);
            }
        }
    }

    #[test]
    fn folding_changes_no_sum() {
        // A line of 5 items and a kernel that reaches 12 to each side, item by item.
        let (line, sigma) = ([10.0, 250.0, 3.0, 77.0, 128.0], 3.0);
        let bell = |far: isize| (-0.5 * (far as f64 / sigma).powi(2)).exp();
        let total: f64 = (-12..=12).map(bell).sum();
        let folded = weights(sigma, 5);
        for x in 0..5_isize {
            let expected: f64 = (-12..=12).map(|far| bell(far) / total * line[reflect(x + far, 5)]).sum();
            let pair = |far: usize| line[reflect(x - far as isize, 5)] + line[reflect(x + far as isize, 5)];
            let found: f64 = f64::from(folded[0]) * line[x as usize]
                + (1..folded.len()).map(|far| f64::from(folded[far]) * pair(far)).sum::<f64>();
            assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
        }
    }

    #[test]
    fn given_filters_agree_with_the_solutions() {
        let go_on = AtomicBool::new(false);
        for (height, width) in [(1, 1), (2, 70), (67, 3), (40, 90)] {
            for channels in [1, 3] {
                let source = picture(height, width, channels);
                let borrowed = Picture { data: Cow::Borrowed(&source.data[..]), height, width, channels };
                for sigma in [0.2, 1.0, 6.5, 300.0] {
                    let (simple, fast) =
                        (filters::blur(&source, sigma, &go_on), blur::blurred(&borrowed, sigma, &go_on));
                    assert_eq!(simple, fast, "sigma {sigma}");
                }
                let gray = filters::gray(&source).expect("it is small");
                assert_eq!(filters::edges(&source), edges::sobel(&gray));
            }
        }
    }
}
