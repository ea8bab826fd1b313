//! Module 10: views of Rust's memory, proxies, files, forces in Rust and in Python, and a log from any thread.
//!
//! One file per exercise, and some that are given: `memory` is what a state holds, `arrays` checks what arrives from
//! Python, `forces` is the trait that `simulation` works with, `formats`, `xyz` and `store` are all about files but for
//! what `dcd` does. This one is the table of contents.
//!
//! `state` and `atom` import each other, because all methods of `State` stand in one block. PyO3's feature
//! `multiple-pymethods` would allow more blocks, but it does not go with Rust tests: see module 05's `Cargo.toml`.

pub mod arrays;
pub mod atom;
pub mod calculate_rmsd;
pub mod dcd;
pub mod fixtures;
pub mod force_calculator;
pub mod forces;
pub mod formats;
pub mod logging;
pub mod memory;
pub mod simulation;
pub mod state;
pub mod store;
pub mod trajectory;
pub mod vec3;
pub mod xyz;

/// Molecular dynamics in small: states, trajectories, forces.
#[pyo3::pymodule(name = "trajectory")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::atom::Atom;
    #[pymodule_export]
    use super::calculate_rmsd::calculate_rmsd;
    #[pymodule_export]
    use super::force_calculator::ForceCalculator;
    #[pymodule_export]
    use super::logging::radius_of_gyration;
    #[pymodule_export]
    use super::simulation::Simulation;
    #[pymodule_export]
    use super::state::State;
    #[pymodule_export]
    use super::trajectory::{Frame, Trajectory, TrajectoryWriter};
    #[pymodule_export]
    use super::vec3::Vec3;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::logging::install(module.py())?;
        super::fixtures::install(module)
    }
}
