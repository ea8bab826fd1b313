//! The module's Rust tests, held against the solution.

extern crate scale_out_solution as scale_out;

#[path = "../../../modules/12_scale_out/tests/count_part.rs"]
mod count_part_tests;
#[path = "../../../modules/12_scale_out/tests/partial_count.rs"]
mod partial_count_tests;
#[path = "../../../modules/12_scale_out/tests/process_pools.rs"]
mod process_pools_tests;
