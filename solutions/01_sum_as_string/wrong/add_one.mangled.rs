//! wrong: a C function with a mangled name: the calling convention alone does not export it. A frequent first attempt.
//! fails: test_c_finds_it
//! fails: test_adds_one
//! says: #[unsafe(no_mangle)]

/// `x + 1`. After `i32::MAX` comes `i32::MIN`.
pub extern "C" fn add_one(x: i32) -> i32 {
    x.wrapping_add(1)
}
