//! Exercise 1: a function that C can call, and so Python's ctypes.

/// `x + 1`. After `i32::MAX` comes `i32::MIN`.
///
/// C has no way to report an error, and a panic that leaves an `extern "C"` function aborts the process. So every argument
/// needs an answer: `wrapping_add` gives one, where the build profile decides what `+` does.
// `unsafe`, because the compiler cannot see whether the process holds another symbol `add_one`.
#[unsafe(no_mangle)]
pub extern "C" fn add_one(x: i32) -> i32 {
    x.wrapping_add(1)
}
