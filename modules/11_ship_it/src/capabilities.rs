//! The capabilities of this build, decided while it was compiled.

use pyo3::prelude::*;

/// The oldest Python that this build runs on: with the stable ABI its minimum, else the one version it was built for.
#[pyfunction]
pub fn built_for() -> (u8, u8) {
    todo!("cfg!(Py_3_12) is true where the build is for Python 3.12 or newer")
}

/// The capabilities of the build: "per-interpreter GIL" from Python 3.12 on, "free-threaded", "stable ABI".
#[pyfunction]
pub fn capabilities() -> Vec<&'static str> {
    todo!("`cfg!(Py_GIL_DISABLED)` and `cfg!(Py_LIMITED_API)` are true or false like any condition")
}
