//! Tells rustc which Python it builds for: `cfg(Py_3_12)`, `cfg(Py_LIMITED_API)`, `cfg(Py_GIL_DISABLED)`.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
