//! Module 04: NumPy arrays in Rust without copies: views, layouts, borrows, and when to call a library.
//!
//! One file per exercise, and some that are given: `layout` and `memory`, which the exercises use, `team`, for when
//! rayon's own iterators are not fast enough, and `norm_in_lanes`, to compare with. This file is the table of contents.

pub mod array_multiply;
pub mod compute_stats;
pub mod in_place;
pub mod layout;
pub mod matrix_multiply;
pub mod matrix_multiply_fast;
pub mod memory;
pub mod norm;
pub mod norm_in_lanes;
pub mod row_sums;
pub mod team;

/// NumPy arrays without copies: sums, statistics, products, work in place.
#[pyo3::pymodule(name = "matrix_multiply")]
mod python {
    #[pymodule_export]
    use super::array_multiply::array_multiply;
    #[pymodule_export]
    use super::compute_stats::compute_stats;
    #[pymodule_export]
    use super::in_place::{add_into, scale_in_place};
    #[pymodule_export]
    use super::matrix_multiply::matrix_multiply;
    #[pymodule_export]
    use super::matrix_multiply_fast::matrix_multiply_fast;
    #[pymodule_export]
    use super::norm::norm;
    #[pymodule_export]
    use super::norm_in_lanes::norm_in_lanes;
    #[pymodule_export]
    use super::row_sums::row_sums;
}
