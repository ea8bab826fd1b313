//! The best that this machine can do, measured in the same run as everything else: the last bar of each chart.
//!
//! Reading memory and float arithmetic are the two limits that a kernel meets. Both are measured with the widest vector
//! instructions that the processor has, found out while running: the build itself is an ordinary portable one.

mod arithmetic;
mod dispatch;
mod memory;
mod processor;
mod team;

/// The speed at which this machine reads and calculates.
#[pyo3::pymodule(name = "machine_limits")]
mod python {
    #[pymodule_export]
    use super::arithmetic::MultiplyAdd;
    #[pymodule_export]
    use super::memory::Reader;
    #[pymodule_export]
    use super::processor::{is_portable, threads, vector_features, vector_width};
}
