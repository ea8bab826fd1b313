//! The module's Rust tests, held against the solution; and those of the index, which learners do not change.

extern crate nearest_distances_solution as nearest_distances;

mod index;
#[path = "../../../modules/08_nearest_distances/tests/kd_tree.rs"]
mod kd_tree_tests;
#[path = "../../../modules/08_nearest_distances/tests/nearest_distances_array.rs"]
mod nearest_distances_array_tests;
#[path = "../../../modules/08_nearest_distances/tests/nearest_distances.rs"]
mod nearest_distances_tests;
#[path = "../../../modules/08_nearest_distances/tests/nearest_on_sphere.rs"]
mod nearest_on_sphere_tests;
#[path = "../../../modules/08_nearest_distances/tests/within.rs"]
mod within_tests;
