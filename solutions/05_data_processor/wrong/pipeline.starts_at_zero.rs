//! wrong: numbers the chunks from the first value that is here, so the plot's axis begins anew after each process_chunks.
//! fails: test_start_counts_from_the_first_value_ever
//! says: total_seen - len

use numpy::{IntoPyArray, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};
use rayon::prelude::*;

use super::{DataProcessor, sum_of};

/// Mean, population standard deviation, least and greatest value of a chunk that is not empty.
pub fn summary(chunk: &[f64]) -> [f64; 4] {
    let count = chunk.len() as f64;
    let mean = sum_of(chunk, |value| value) / count;
    let variance = sum_of(chunk, |value| (value - mean) * (value - mean)) / count;
    let least = extreme(chunk, f64::INFINITY, |value, least| value < least);
    let greatest = extreme(chunk, f64::NEG_INFINITY, |value, greatest| value > greatest);
    [mean, variance.sqrt(), least, greatest]
}

/// The value that `beats` all others, or `start`. Eight at a time, for the same reason as in `sum_of`.
fn extreme(chunk: &[f64], start: f64, beats: impl Fn(f64, f64) -> bool) -> f64 {
    let better = |best: f64, &value: &f64| if beats(value, best) { value } else { best };
    let (eights, rest) = chunk.as_chunks::<8>();
    let mut best = [start; 8];
    for eight in eights {
        for (best, value) in best.iter_mut().zip(eight) {
            *best = better(*best, value);
        }
    }
    best.iter().chain(rest).fold(start, better)
}

#[pymethods]
impl DataProcessor {
    /// Add a column of a table: a pandas or Polars Series, or whatever else NumPy sees as a row of numbers.
    ///
    /// Missing values (null, NaN) are left out; returns how many there were.
    fn add_column(slf: &Bound<'_, Self>, column: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = slf.py();
        let float64 = [("dtype", "float64")].into_py_dict(py)?;
        let array = py.import("numpy")?.call_method("asarray", (column,), Some(&float64))?;
        let array: PyReadonlyArray1<'_, f64> =
            array.extract().map_err(|_| PyTypeError::new_err("a column has one dimension"))?;
        if !array.is_aligned() {
            return Err(PyValueError::new_err("the items are not aligned in memory: pass column.copy()"));
        }
        let mut this = slf.try_borrow_mut()?;
        let before = this.buffer.len();
        this.buffer.extend(array.as_array().iter().filter(|value| !value.is_nan()));
        let added = this.buffer.len() - before;
        this.total_seen += added as u64;
        Ok(array.len() - added)
    }

    /// A table of the full chunks, as a dict of arrays: `start` (the first value's number among all ever seen), `mean`,
    /// `std` (of the population), `min` and `max`. Nothing is taken out.
    fn chunk_statistics<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let size = self.chunk_size.get();
        let gone = 0_u64;
        let values: &[f64] = self.buffer.make_contiguous();
        let rows: Vec<[f64; 4]> = py.detach(|| values.par_chunks_exact(size).map(summary).collect());
        let table = PyDict::new(py);
        let starts: Vec<i64> = (0..rows.len()).map(|row| (gone + (row * size) as u64) as i64).collect();
        table.set_item("start", starts.into_pyarray(py))?;
        for (column, name) in ["mean", "std", "min", "max"].into_iter().enumerate() {
            let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
            table.set_item(name, values.into_pyarray(py))?;
        }
        Ok(table)
    }
}
