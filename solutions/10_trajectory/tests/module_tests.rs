//! The module's Rust tests, held against the solution.

extern crate trajectory_solution as trajectory;

#[path = "../../../modules/10_trajectory/tests/calculate_rmsd.rs"]
mod calculate_rmsd_tests;
#[path = "../../../modules/10_trajectory/tests/dcd.rs"]
mod dcd_tests;
#[path = "../../../modules/10_trajectory/tests/force_calculator.rs"]
mod force_calculator_tests;
