//! The module's Rust tests, held against the solution.

extern crate matrix_multiply_solution as matrix_multiply;

#[path = "../../../modules/04_matrix_multiply/tests/compute_stats.rs"]
mod compute_stats_tests;
#[path = "../../../modules/04_matrix_multiply/tests/matrix_multiply_fast.rs"]
mod matrix_multiply_fast_tests;
#[path = "../../../modules/04_matrix_multiply/tests/matrix_multiply.rs"]
mod matrix_multiply_tests;
#[path = "../../../modules/04_matrix_multiply/tests/norm.rs"]
mod norm_tests;
