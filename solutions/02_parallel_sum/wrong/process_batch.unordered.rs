//! wrong: threads push into one shared Vec, as a first parallel version often does: the order is lost.
//! fails: test_keeps_the_order
//! says: Threads that push into one Vec

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::prelude::*;

/// Twice `x`.
#[pyfunction]
pub fn process_single(x: f64) -> f64 {
    x * 2.0
}

/// Twice each of `xs`, in the order in which the threads get there.
#[pyfunction]
pub fn process_batch(xs: Vec<f64>) -> Vec<f64> {
    let doubled = Mutex::new(Vec::with_capacity(xs.len()));
    // From the back, so that the order is lost on a machine with one core as well.
    xs.into_par_iter().rev().for_each(|x| {
        doubled.lock().unwrap_or_else(PoisonError::into_inner).push(x * 2.0);
    });
    doubled.into_inner().unwrap_or_else(PoisonError::into_inner)
}
