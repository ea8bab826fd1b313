//! The Rust tests of the module, held against the solution.

extern crate sum_as_string_solution as sum_as_string;

#[path = "../../../modules/01_sum_as_string/tests/add_one.rs"]
mod add_one_tests;
#[path = "../../../modules/01_sum_as_string/tests/sum_as_string.rs"]
mod sum_as_string_tests;
