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
