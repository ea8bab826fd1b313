//! A kernel as it comes from another crate: right for good input, and a panic for the rest.

/// The mean of `values[start..stop]`.
///
/// # Panics
///
/// If the range does not lie within the values, or is empty.
#[must_use]
pub fn mean_of(values: &[f64], start: usize, stop: usize) -> f64 {
    let part = &values[start..stop];
    assert!(!part.is_empty(), "there is no mean of no values");
    part.iter().sum::<f64>() / part.len() as f64
}
