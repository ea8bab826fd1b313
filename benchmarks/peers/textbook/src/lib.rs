//! The versions that tutorials show: the same work as the exercises, the way it is usually written.
//!
//! Each function gives the right result on the benchmarks' inputs, and is written as a first version is: no checks, no
//! thought of memory. One file per module of the course. Nothing here is to be imitated; the solutions are held against
//! it.

mod account;
mod data_processor;
mod matrix_multiply;
mod parallel_sum;
mod sum_as_string;

/// Textbook versions of the exercises.
#[pyo3::pymodule(name = "textbook")]
mod python {
    #[pymodule_export]
    use super::account::Account;
    #[pymodule_export]
    use super::data_processor::DataProcessor;
    #[pymodule_export]
    use super::matrix_multiply::{compute_stats, matrix_multiply};
    #[pymodule_export]
    use super::parallel_sum::{cpu_intensive, parallel_sum, process_numbers, sum_array};
    #[pymodule_export]
    use super::sum_as_string::{join_sums, sum_as_string};
}
