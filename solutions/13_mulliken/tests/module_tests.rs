//! The module's Rust tests, held against the solution.

extern crate mulliken_solution as mulliken;

#[path = "../../../modules/13_mulliken/tests/atomic_charges.rs"]
mod atomic_charges_tests;
#[path = "../../../modules/13_mulliken/tests/mulliken_any_layout.rs"]
mod mulliken_any_layout_tests;
#[path = "../../../modules/13_mulliken/tests/mulliken_fused.rs"]
mod mulliken_fused_tests;
#[path = "../../../modules/13_mulliken/tests/mulliken_loops.rs"]
mod mulliken_loops_tests;
#[path = "../../../modules/13_mulliken/tests/mulliken_parallel.rs"]
mod mulliken_parallel_tests;
#[path = "../../../modules/13_mulliken/tests/mulliken.rs"]
mod mulliken_tests;
