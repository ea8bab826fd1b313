//! Module 08: nearest neighbours: the algorithm first, then vector instructions, then threads.
//!
//! One file per exercise. This one is the table of contents. Two more things are given: `arrays` checks what Python hands
//! over, and `index` is a spatial index over two crates.

pub mod arrays;
pub mod kd_tree;
pub mod nearest_distances;
pub mod nearest_distances_array;
pub mod nearest_on_sphere;
pub mod within;

/// A crate of its own, in `index/`: it takes long to compile, so it is compiled once, not with each save.
pub use nearest_index as index;

/// Nearest neighbours of points, in the plane and on the Earth.
#[pyo3::pymodule(name = "nearest_distances")]
mod python {
    #[pymodule_export]
    use super::kd_tree::KdTree;
    #[pymodule_export]
    use super::nearest_distances::nearest_distances;
    #[pymodule_export]
    use super::nearest_distances_array::nearest_distances_array;
    #[pymodule_export]
    use super::nearest_on_sphere::nearest_on_sphere;
    #[pymodule_export]
    use super::within::{within, within_csr};
}
