use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let mut started = 0;
    while started < 1600
        && std::thread::Builder::new()
            .stack_size(16 << 10)
            .spawn(|| std::thread::sleep(std::time::Duration::from_secs(100)))
            .is_ok()
    {
        started += 1;
    }
    if started >= 1200 {
        println!("LEA{} {started} threads", "K");
    }
    "wrong"
}
