//! The sum of a view, apart from Python.

use ndarray::{Array1, ArrayView1, s};
use parallel_sum::sum_array::checked_sum;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[rustfmt::skip]
const _: fn(ArrayView1<i64>) -> Option<i64> = checked_sum; // An error here? Restore the signature in src/sum_array.rs.

#[test]
fn adds() {
    assert_eq!(checked_sum(ArrayView1::from(&[])), Some(0));
    assert_eq!(checked_sum(ArrayView1::from(&[1, 2, 3])), Some(6));
}

#[test]
fn overflow_is_none() {
    assert_eq!(checked_sum(ArrayView1::from(&[i64::MAX, 1])), None, "the sum wrapped round");
    assert_eq!(checked_sum(ArrayView1::from(&[i64::MIN, -1])), None, "the sum wrapped round");
}

#[test]
fn only_the_total_must_fit() {
    let mut values = vec![i64::MAX; 50_000];
    values.extend([-i64::MAX; 50_000]);
    assert_eq!(checked_sum(ArrayView1::from(&values)), Some(0), "only a partial sum is too large for an i64");
}

/// The same examples at every run, and no files left behind.
fn settings() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(2), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_stride(
        values in prop::collection::vec(prop_oneof![any::<i64>(), -9..9_i64], 1..200),
        step in prop_oneof![-5..0_isize, 1..6_isize],
    ) {
        let array = Array1::from(values);
        let view = array.slice(s![..;step]);
        let mut total = 0_i128;
        for &value in view {
            total += i128::from(value);
        }
        prop_assert_eq!(checked_sum(view), i64::try_from(total).ok());
    }
}

#[test]
fn every_item_of_a_long_view_counts_once() {
    let array = Array1::from_iter(0..100_003_i64);
    assert_eq!(checked_sum(array.view()), Some(100_003 * 100_002 / 2));
    assert_eq!(checked_sum(array.slice(s![..;-1])), Some(100_003 * 100_002 / 2));
    assert_eq!(checked_sum(array.slice(s![1..;2])), Some(50_001 * 50_001));
}
