use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pyfunction]
pub fn count_words<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyDict>> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        let between = c.is_whitespace() || (c as u32 >= 0x1c && c as u32 <= 0x1f);
        if !between {
            word.push(c);
        } else if !word.is_empty() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
            word.clear();
        }
    }
    let dict = PyDict::new(py);
    for (word, count) in counts {
        dict.set_item(word, count)?;
    }
    Ok(dict)
}
