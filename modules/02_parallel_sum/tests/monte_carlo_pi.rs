//! The random points, apart from Python.

use parallel_sum::monte_carlo_pi::{count_inside, splitmix64};
use rayon::ThreadPoolBuilder;

#[rustfmt::skip]
const _: fn(u64, std::ops::Range<u64>) -> u64 = count_inside; // An error here? Restore the signature in src/monte_carlo_pi.rs.

#[test]
fn the_generator_is_splitmix64() {
    // The first outputs of the reference implementation, started with 0 and with 1234567.
    let outputs = |seed| [0, 1, 2].map(|index| splitmix64(seed, index));
    assert_eq!(outputs(0), [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
    assert_eq!(outputs(1_234_567), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

#[test]
fn no_samples_none_inside() {
    assert_eq!(count_inside(0, 0..0), 0);
    assert_eq!(count_inside(0, 1_000..1_000), 0);
}

#[test]
fn about_pi_quarters_are_inside() {
    let inside = count_inside(1, 0..1_000_000) as f64;
    assert!((inside / 250_000.0 - std::f64::consts::PI).abs() < 0.01, "{inside} of 1 000 000 inside");
}

#[test]
fn a_point_depends_on_seed_and_number_only() {
    let whole = count_inside(7, 0..100_003);
    for cut in [1, 50_000, 65_536, 99_999] {
        let parts = count_inside(7, 0..cut) + count_inside(7, cut..100_003);
        assert_eq!(parts, whole, "0..100003 and its two parts, cut at {cut}, have different points");
    }
}

#[test]
fn same_count_whatever_the_number_of_threads() {
    let counts: Vec<u64> = (1..=8)
        .map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
            pool.install(|| count_inside(3, 0..200_003))
        })
        .collect();
    assert!(
        counts.iter().all(|&count| count == counts[0]),
        "the count depends on the number of threads (1 to 8): {counts:?}"
    );
}

#[test]
fn far_from_the_beginning() {
    let start = u64::MAX - 100_000;
    let inside = count_inside(0, start..u64::MAX) as f64;
    assert!((inside / 25_000.0 - std::f64::consts::PI).abs() < 0.05, "{inside} of 100 000 inside");
}
