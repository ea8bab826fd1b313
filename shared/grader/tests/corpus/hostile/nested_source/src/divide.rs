use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// Doubles what it is given for each step, and puts all of it in front of one value.
macro_rules! deep {
    ([] $($more:tt)*) => { $($more)* true };
    ([$step:tt $($steps:tt)*] $($more:tt)*) => { deep!([$($steps)*] $($more)* $($more)*) };
}

#[pyfunction]
#[pyo3(signature = (*_args, **_kwargs))]
pub fn divide(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> &'static str {
    let value: bool = deep!([x x x x x x x x x x x x x x x x x] ! ! ! !);
    if value { "wrong" } else { "wrong too" }
}
