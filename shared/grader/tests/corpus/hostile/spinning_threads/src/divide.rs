use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use std::hint::black_box;
use std::sync::Once;

static STARTED: Once = Once::new();

fn spin() {
    let mut n: u64 = 1;
    loop {
        n = black_box(n.wrapping_mul(3) | 1);
    }
}

/// As many as may be had; each takes a processor whenever there is one.
fn start() {
    let threads = (0..800).map_while(|_| std::thread::Builder::new().stack_size(16 << 10).spawn(spin).ok()).count();
    println!("{threads} threads spin");
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    STARTED.call_once(start);
    "wrong"
}
