use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

trait Grow {
    fn grow(&self, depth: u32) -> u64;
}

impl<A: Clone> Grow for A {
    fn grow(&self, _depth: u32) -> u64 {
        1
    }
}

fn pair<A: Clone + std::fmt::Debug + PartialEq>(a: A) -> (A, A) {
    (a.clone(), a)
}

macro_rules! nest {
    ($value:expr;) => { $value };
    ($value:expr; $first:tt $($rest:tt)*) => { nest!(pair($value); $($rest)*) };
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let value = nest!(1u64; x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x);
    if format!("{value:?}").is_empty() || value == value.clone() && value.grow(1) == 0 { "wrong" } else { "wrong too" }
}
