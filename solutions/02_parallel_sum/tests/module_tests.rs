//! The module's Rust tests, held against the solution.

extern crate parallel_sum_solution as parallel_sum;

#[path = "../../../modules/02_parallel_sum/tests/cpu_intensive.rs"]
mod cpu_intensive_tests;
#[path = "../../../modules/02_parallel_sum/tests/monte_carlo_pi.rs"]
mod monte_carlo_pi_tests;
#[path = "../../../modules/02_parallel_sum/tests/parallel_sum.rs"]
mod parallel_sum_tests;
#[path = "../../../modules/02_parallel_sum/tests/process_numbers.rs"]
mod process_numbers_tests;
#[path = "../../../modules/02_parallel_sum/tests/sum_array.rs"]
mod sum_array_tests;

/// The given code must be right as well.
mod team_sum_tests {
    use ndarray::{Array1, s};
    use parallel_sum::{sum_array, team_sum};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2), failure_persistence: None, ..Default::default() })]

        #[test]
        fn agrees_with_the_exercise(
            values in prop::collection::vec(prop_oneof![any::<i64>(), -9..9_i64], 1..200),
            times in prop_oneof![Just(1_usize), Just(2_000)],
            step in prop_oneof![-5..0_isize, 1..6_isize],
        ) {
            let array = Array1::from(values.repeat(times));
            let view = array.slice(s![..;step]);
            prop_assert_eq!(team_sum::checked_sum(view), sum_array::checked_sum(view));
        }
    }
}
