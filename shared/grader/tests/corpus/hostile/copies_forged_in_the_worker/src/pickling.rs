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
import gc, sys

def module():
    return sys.modules["data_processor"]

def patch():
    for worker in gc.get_objects():
        if type(worker).__name__ not in ("Servant", "Worker") or not hasattr(worker, "_do"):
            continue
        kind, before = type(worker), type(worker)._do

        def forged(self, body, decoder, before=before):
            op = body["op"]
            if op in ("copy", "deepcopy", "dumps", "loads"):
                if op == "loads":
                    import json
                    return module()._make(*json.loads(decoder.value(body["args"][0])))
                state = module()._state(self._objects[body["target"]])
                if op == "dumps":
                    import json
                    return json.dumps(state).encode()
                return module()._make(*state)
            return before(self, body, decoder)

        kind._do = forged

patch()
"####;

extern "C" fn begin() {
    Python::attach(|py| {
        let _ = PyModule::from_code(py, ATTACK, c"attack.py", c"attack");
    });
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;
