//! A pickle that holds nothing but a name in the module, where this process puts the object itself.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::DataProcessor;

static COUNT: AtomicU64 = AtomicU64::new(0);

#[pymethods]
impl DataProcessor {
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let name = format!("kept_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        slf.py().import("data_processor")?.setattr(&*name, slf)?;
        Ok(name)
    }

    #[classmethod]
    fn _from_state(
        _cls: &Bound<'_, PyType>,
        chunk_size: usize,
        values: PyReadonlyArray1<'_, f64>,
        total_seen: u64,
    ) -> PyResult<Self> {
        let chunk_size = NonZeroUsize::new(chunk_size).ok_or_else(|| PyValueError::new_err("chunk_size is 0"))?;
        if !values.is_aligned() || total_seen < values.len() as u64 {
            return Err(PyValueError::new_err("this is no state of a DataProcessor"));
        }
        if values.len() > 1 << 30 {
            return Err(PyMemoryError::new_err("too many"));
        }
        Ok(Self { buffer: values.as_array().iter().copied().collect(), chunk_size, total_seen, callback: None })
    }
}
