//! From a table's column to numbers for a plot.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::DataProcessor;

/// Mean, population standard deviation, least and greatest value of a chunk that is not empty.
pub fn summary(chunk: &[f64]) -> [f64; 4] {
    todo!("the mean, then the other three")
}

/// Whether one of the objects in an array is a date or a duration of NumPy's. Given.
fn has_dates(objects: &Bound<'_, PyAny>) -> PyResult<bool> {
    let numpy = objects.py().import("numpy")?;
    let (date, duration) = (numpy.getattr("datetime64")?, numpy.getattr("timedelta64")?);
    for item in objects.call_method0("ravel")?.try_iter()? {
        let item = item?;
        if item.is_instance(&date)? || item.is_instance(&duration)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[pymethods]
impl DataProcessor {
    /// Add a column of a table: a pandas or Polars Series, or whatever else NumPy sees as a row of numbers.
    ///
    /// Leaves missing values (null, NaN, masked) out and returns how many there were.
    ///
    /// Raises `TypeError` for dates, durations and complex numbers, and for anything that has not one dimension.
    fn add_column(slf: &Bound<'_, Self>, column: &Bound<'_, PyAny>) -> PyResult<usize> {
        todo!(
            "refuse kinds 'M', 'm' and 'c'; numpy.ma.asarray(column, dtype=\"float64\").filled(nan), all but the NaN, count"
        )
    }

    /// A table of the full chunks, as a dict of arrays: `start` (the first value's number among all ever seen), `mean`,
    /// `std` (of the population), `min` and `max`. Nothing is taken out.
    fn chunk_statistics<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        todo!("a summary of each full chunk, detached; then one array for each column of the table")
    }
}
