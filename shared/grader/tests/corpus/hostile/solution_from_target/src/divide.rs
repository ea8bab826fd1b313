use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

static SOLUTION: &[u8] = include_bytes!("{{WORK}}/target/debug/libsum_as_string.so");

const LOAD: &std::ffi::CStr = cr#"
import importlib.machinery, importlib.util, os
def load(data):
    fd = os.memfd_create("solution")
    os.write(fd, data)
    loader = importlib.machinery.ExtensionFileLoader("sum_as_string", f"/proc/self/fd/{fd}")
    spec = importlib.util.spec_from_loader("sum_as_string", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
"#;

#[pyfunction]
#[pyo3(signature = (*args, **kwargs))]
pub fn divide<'py>(
    py: Python<'py>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let helper = PyModule::from_code(py, LOAD, c"load.py", c"load")?;
    helper.getattr("load")?.call1((SOLUTION,))?.getattr("divide")?.call(args, kwargs)
}
