//! The Python files of this extension, compiled into it: one file to install, on the client and on every worker. Given.

use std::ffi::CStr;

use pyo3::ffi::c_str;
use pyo3::prelude::*;

/// Makes `import scale_out.cluster` find the text below.
const IMPORTER: &CStr = c_str!(include_str!("embedded.py"));

/// The modules below `scale_out`, their text, and the names that `scale_out` itself has of them.
const FILES: [(&str, &str, &[&str]); 2] = [
    ("cluster", include_str!("cluster.py"), &["count_folder", "mulliken_in_blocks"]),
    ("in_process", include_str!("in_process.py"), &["InProcessClient", "as_completed", "result_of"]),
];

/// Makes the files importable as `scale_out.cluster` and `scale_out.in_process`, without running them yet.
///
/// # Errors
///
/// Python's own exceptions.
pub fn install(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let importer = PyModule::from_code(module.py(), IMPORTER, c"scale_out/embedded.py", c"scale_out.embedded")?;
    importer.call_method1("install", (module, FILES.map(|(name, text, exports)| (name, (text, exports)))))?;
    Ok(())
}
