//! The sum of a slice, apart from Python.

use parallel_sum::parallel_sum::checked_sum;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::ThreadPoolBuilder;

#[rustfmt::skip]
const _: fn(&[i64]) -> Option<i64> = checked_sum; // An error here? Restore the signature in src/parallel_sum.rs.

#[test]
fn adds() {
    assert_eq!(checked_sum(&[]), Some(0));
    assert_eq!(checked_sum(&[1, 2, 3]), Some(6));
    assert_eq!(checked_sum(&[i64::MIN]), Some(i64::MIN));
}

#[test]
fn overflow_is_none() {
    assert_eq!(checked_sum(&[i64::MAX, 1]), None, "the sum wrapped round");
    assert_eq!(checked_sum(&[i64::MIN, -1]), None, "the sum wrapped round");
    assert_eq!(checked_sum(&[i64::MIN; 2]), None, "the sum wrapped round");
}

#[test]
fn only_the_total_must_fit() {
    let mut numbers = vec![i64::MAX; 10_000];
    numbers.extend([-i64::MAX; 10_000]);
    for threads in 1..=8 {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        let sum = pool.install(|| checked_sum(&numbers));
        assert_eq!(
            sum,
            Some(0),
            "with {threads} threads: only a partial sum is too large for an i64, the total is not"
        );
    }
}

/// The same examples at every run, and no files left behind.
fn settings() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(2), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn agrees_with_a_plain_loop(numbers in prop::collection::vec(prop_oneof![any::<i64>(), -9..9_i64], 0..200)) {
        let mut total = 0_i128;
        for &number in &numbers {
            total += i128::from(number);
        }
        prop_assert_eq!(checked_sum(&numbers), i64::try_from(total).ok());
    }
}
