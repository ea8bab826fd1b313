//! Exercise 1: a function that C can call, and so Python's ctypes.

/// `x + 1`. After `i32::MAX` comes `i32::MIN`.
// TODO: to C this function does not exist yet. Its declaration needs the calling convention and the name of a C function.
pub fn add_one(x: i32) -> i32 {
    todo!("x plus one, wrapping round at the end")
}
