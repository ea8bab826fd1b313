//! That this file links at all is the test: an extension crate with a wrong manifest leaves Python's symbols open.

// Only an rlib can be linked here; of a cdylib cargo says "can't find crate".
extern crate _tally;

use pyo3::prelude::*;

#[test]
fn the_binding_links() {
    // Not called: a test of Rust starts no Python. The linker must find it all the same.
    let attach: fn() = || Python::attach(|py| drop(py.None()));
    assert!(attach as usize != 0);
}
