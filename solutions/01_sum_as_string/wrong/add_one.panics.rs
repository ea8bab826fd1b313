//! wrong: panics after the largest i32, which aborts the Python process. What `+` does where overflow checks are on.
//! fails: test_wraps_after_the_largest
//! says: the process died

/// `x + 1`.
#[unsafe(no_mangle)]
pub extern "C" fn add_one(x: i32) -> i32 {
    x.checked_add(1).expect("overflow")
}
