//! The module's Rust tests, held against the solution.

// Two tests share their cases; in the module each is a program of its own and brings them along.
#![allow(clippy::duplicate_mod)]

extern crate matrix_multiply_solution as matrix_multiply;

#[path = "../../../modules/04_matrix_multiply/tests/compute_stats.rs"]
mod compute_stats_tests;
#[path = "../../../modules/04_matrix_multiply/tests/matrix_multiply_fast.rs"]
mod matrix_multiply_fast_tests;
#[path = "../../../modules/04_matrix_multiply/tests/matrix_multiply.rs"]
mod matrix_multiply_tests;
#[path = "../../../modules/04_matrix_multiply/tests/norm.rs"]
mod norm_tests;

/// The given code must be right as well.
mod team_tests {
    use matrix_multiply::team;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn keeps_the_order() {
        for count in [0_u32, 1, 2, 3, 1000] {
            let doubled = team::map(0..count, |number| {
                // The first ones last longest.
                thread::sleep(Duration::from_micros(u64::from(100_u32.saturating_sub(number))));
                2 * number
            });
            assert_eq!(doubled, (0..count).map(|number| 2 * number).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_calling_thread_works_too() {
        let caller = thread::current().id();
        let workers = team::map(0..100, |_| {
            thread::sleep(Duration::from_micros(100));
            thread::current().id()
        });
        assert!(workers.contains(&caller));
    }

    #[test]
    #[should_panic(expected = "task 7")]
    fn a_panic_comes_out() {
        team::map(0..20, |number| assert!(number != 7, "task {number}"));
    }
}
