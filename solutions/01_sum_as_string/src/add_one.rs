//! Exercise 1: a function that C can call, and so Python's ctypes.

/// `x + 1`. After `i32::MAX` comes `i32::MIN`.
///
/// C has no way to report an error, and a panic must not leave an `extern "C"` function: it would abort the process.
/// So every argument needs an answer, and wrapping is said, not left to the build profile as with `+`.
// `unsafe`, as the compiler cannot see whether another symbol in the process is called `add_one` too.
#[unsafe(no_mangle)]
pub extern "C" fn add_one(x: i32) -> i32 {
    x.wrapping_add(1)
}
