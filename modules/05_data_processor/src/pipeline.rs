//! From a table's column to numbers for a plot.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::DataProcessor;

/// Mean, population standard deviation, least and greatest value of a chunk that is not empty.
pub fn summary(chunk: &[f64]) -> [f64; 4] {
    todo!("the mean, then the other three")
}

#[pymethods]
impl DataProcessor {
    /// Add a column of a table: a pandas or Polars Series, or whatever else NumPy sees as a row of numbers.
    ///
    /// Missing values (null, NaN) are left out; returns how many there were.
    fn add_column(slf: &Bound<'_, Self>, column: &Bound<'_, PyAny>) -> PyResult<usize> {
        todo!("numpy.asarray(column, dtype=\"float64\"), its view, all but the NaN into the buffer, count")
    }

    /// A table of the full chunks, as a dict of arrays: `start` (the first value's number among all ever seen), `mean`,
    /// `std` (of the population), `min` and `max`. Nothing is taken out.
    fn chunk_statistics<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        todo!("a summary of each full chunk, detached; then one array for each column of the table")
    }
}
