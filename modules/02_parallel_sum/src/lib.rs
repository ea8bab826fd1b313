//! Module 02: what a crossing between Python and Rust costs, and when threads pay.
//!
//! One file per exercise, and four that are given. `numbers` converts a list. Three are there to compare with: `direct_sum`
//! adds up a list without threads, `sum_in_place` does so without asking CPython for each int, and in `team_sum` the calling
//! thread works too. This file is the table of contents.

pub mod cpu_intensive;
pub mod direct_sum;
pub mod monte_carlo_pi;
pub mod numbers;
pub mod parallel_sum;
pub mod process_batch;
pub mod process_numbers;
pub mod sum_array;
pub mod sum_in_place;
pub mod team_sum;

/// Sums, arrays, threads and Ctrl-C: what a crossing between Python and Rust costs.
#[pyo3::pymodule(name = "parallel_sum")]
mod python {
    #[pymodule_export]
    use super::cpu_intensive::cpu_intensive;
    #[pymodule_export]
    use super::direct_sum::direct_sum;
    #[pymodule_export]
    use super::monte_carlo_pi::monte_carlo_pi;
    #[pymodule_export]
    use super::parallel_sum::parallel_sum;
    #[pymodule_export]
    use super::process_batch::{process_batch, process_single};
    #[pymodule_export]
    use super::process_numbers::process_numbers;
    #[pymodule_export]
    use super::sum_array::sum_array;
    #[pymodule_export]
    use super::sum_in_place::sum_in_place;
    #[pymodule_export]
    use super::team_sum::team_sum;
}
