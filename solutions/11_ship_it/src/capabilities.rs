//! The capabilities of this build, decided while it was compiled.

use pyo3::prelude::*;

/// The oldest Python that this build runs on: with the stable ABI its minimum, else the one version it was built for.
#[pyfunction]
pub fn built_for() -> (u8, u8) {
    let minor = if cfg!(Py_3_15) {
        15
    } else if cfg!(Py_3_14) {
        14
    } else if cfg!(Py_3_13) {
        13
    } else if cfg!(Py_3_12) {
        12
    } else {
        11
    };
    (3, minor)
}

/// The capabilities of the build: "per-interpreter GIL" from Python 3.12 on, "free-threaded", "stable ABI".
#[pyfunction]
pub fn capabilities() -> Vec<&'static str> {
    let known = [
        ("per-interpreter GIL", cfg!(Py_3_12)),
        ("free-threaded", cfg!(Py_GIL_DISABLED)),
        ("stable ABI", cfg!(Py_LIMITED_API)),
    ];
    known.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
}
