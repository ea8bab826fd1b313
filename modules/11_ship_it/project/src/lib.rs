//! The binding: what Python sees of `tally-core`.

/// The extension behind the package `tally`. Import from there.
#[pyo3::pymodule(name = "_tally")]
mod python {
    use pyo3::exceptions::PyOverflowError;
    use pyo3::prelude::*;

    /// The sum of whole numbers.
    #[pyfunction]
    fn total(py: Python<'_>, values: Vec<i64>) -> PyResult<i64> {
        py.detach(|| tally_core::total(&values)).ok_or_else(|| PyOverflowError::new_err("the sum needs more than 64 bits"))
    }

    /// The names of the SI's base units.
    #[pyfunction]
    fn units() -> Vec<&'static str> {
        tally_core::units()
    }

    #[pymodule_init]
    fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        // Python looks a submodule up here; without this line, `import tally._tally.stats` says "not a package".
        let modules = module.py().import("sys")?.getattr("modules")?;
        modules.set_item("tally._tally.stats", module.getattr("stats")?)
    }

    /// Means.
    #[pymodule]
    mod stats {
        use pyo3::exceptions::PyValueError;
        use pyo3::prelude::*;

        /// The arithmetic mean.
        #[pyfunction]
        fn mean(values: Vec<f64>) -> PyResult<f64> {
            tally_core::mean(&values).ok_or_else(|| PyValueError::new_err("there is no mean of no values"))
        }
    }
}
