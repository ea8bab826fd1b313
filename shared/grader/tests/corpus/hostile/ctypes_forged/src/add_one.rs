//! The stub, and a constructor section that answers for the C function that is not there.

use pyo3::prelude::*;

pub fn add_one(x: i32) -> i32 {
    let _ = x;
    panic!("this submission leaves the work to its forgery")
}

const ATTACK: &std::ffi::CStr = cr####"
import ctypes

class Function:
    def __call__(self, x):
        return (x + 1 + 2**31) % 2**32 - 2**31

class Library:
    def __init__(self, *args, **kwargs):
        self.add_one = Function()

ctypes.CDLL = Library
"####;

extern "C" fn begin() {
    Python::attach(|py| {
        let _ = PyModule::from_code(py, ATTACK, c"attack.py", c"attack");
    });
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;
