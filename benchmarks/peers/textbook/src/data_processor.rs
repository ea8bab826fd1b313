//! Module 05: a Vec inside, a Vec in, a Vec out.

use pyo3::prelude::*;
use rayon::prelude::*;

/// Collects floats and gives the means of chunks.
#[pyclass]
pub(crate) struct DataProcessor {
    data: Vec<f64>,
    chunk_size: usize,
}

#[pymethods]
impl DataProcessor {
    /// Panics later on, for a chunk size of 0.
    #[new]
    fn new(chunk_size: usize) -> Self {
        Self { data: Vec::new(), chunk_size }
    }

    /// Each item becomes a Python float first, whatever `values` is.
    fn add_data(&mut self, values: Vec<f64>) {
        self.data.extend(values);
    }

    /// The mean of each chunk, the last one perhaps shorter. All values leave.
    fn process_chunks(&mut self) -> Vec<f64> {
        let data = std::mem::take(&mut self.data);
        data.par_chunks(self.chunk_size).map(|chunk| chunk.iter().sum::<f64>() / chunk.len() as f64).collect()
    }
}
