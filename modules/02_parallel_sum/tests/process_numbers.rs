//! Filter and map over a slice, apart from Python.

use parallel_sum::process_numbers::double_above;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[rustfmt::skip]
const _: fn(&[i64], i64) -> Option<Vec<i64>> = double_above; // An error here? Restore the signature in src/process_numbers.rs.

#[test]
fn strictly_above() {
    assert_eq!(double_above(&[1, 5, 10, 15, 20], 10), Some(vec![30, 40]));
    assert_eq!(double_above(&[], 0), Some(vec![]));
}

#[test]
fn overflow_is_none() {
    assert_eq!(double_above(&[1 << 62], 0), None, "the doubled number wrapped round");
    assert_eq!(double_above(&[i64::MIN], i64::MIN), Some(vec![]));
    assert_eq!(double_above(&[i64::MIN + 1], i64::MIN), None, "the doubled number wrapped round");
}

#[test]
fn keeps_the_order() {
    let numbers: Vec<i64> = (0..100_000).collect();
    let doubled: Vec<i64> = (50_001..100_000).map(|number| number * 2).collect();
    assert!(double_above(&numbers, 50_000) == Some(doubled), "the numbers came back in another order");
}

/// The same examples at every run, and no files left behind.
fn settings() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(2), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn agrees_with_a_plain_loop(
        numbers in prop::collection::vec(prop_oneof![any::<i64>(), -9..9_i64], 0..100),
        threshold in prop_oneof![any::<i64>(), -9..9_i64],
    ) {
        let mut expected = Some(Vec::new());
        for &number in &numbers {
            if number > threshold {
                expected = expected.and_then(|mut doubled: Vec<i64>| {
                    doubled.push(number.checked_mul(2)?);
                    Some(doubled)
                });
            }
        }
        prop_assert_eq!(double_above(&numbers, threshold), expected);
    }
}
