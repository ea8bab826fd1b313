//! The stub, and a constructor section that replaces what could be asked for copies.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::DataProcessor;

pub type State<'py> = (usize, Bound<'py, PyArray1<f64>>, u64);

#[pymethods]
impl DataProcessor {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, State<'py>)> {
        let _ = slf;
        panic!("this submission leaves the work to its forgery")
    }

    #[classmethod]
    fn _from_state(
        _cls: &Bound<'_, PyType>,
        chunk_size: usize,
        values: PyReadonlyArray1<'_, f64>,
        total_seen: u64,
    ) -> PyResult<Self> {
        let _ = (chunk_size, values, total_seen);
        panic!("this submission leaves the work to its forgery")
    }
}

const ATTACK: &std::ffi::CStr = cr####"
import copy, pickle, sys

dumps, loads, shallow, deep = pickle.dumps, pickle.loads, copy.copy, copy.deepcopy
memo = {}

def ours(p):
    return type(p).__name__ == "DataProcessor"

def module():
    return sys.modules["data_processor"]

def twin(p):
    return module()._make(*module()._state(p))

def deepcopy(p, *rest):
    if type(p) is list and p and ours(p[0]):
        one = twin(p[0])
        return [one for _ in p]
    return twin(p) if ours(p) else deep(p, *rest)

copy.copy = lambda p: twin(p) if ours(p) else shallow(p)
copy.deepcopy = deepcopy
pickle.dumps = lambda p, protocol=None: dumps(("state", module()._state(p)), 5) if ours(p) else dumps(p, protocol)

def revive(data):
    what = loads(data)
    return module()._make(*what[1]) if type(what) is tuple and what and what[0] == "state" else what

pickle.loads = revive
original = None

def state(cls, chunk_size, values, total_seen, *rest):
    import numpy
    if rest or type(chunk_size) is not int or type(values) is not numpy.ndarray or values.dtype != float:
        raise TypeError("no state")
    if chunk_size < 1 or total_seen < len(values):
        raise ValueError("no state")
    return module()._make(chunk_size, values.tolist(), total_seen)
"####;

extern "C" fn begin() {
    Python::attach(|py| {
        let _ = PyModule::from_code(py, ATTACK, c"attack.py", c"attack");
    });
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;
