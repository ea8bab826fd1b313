//! wrong: stays at the largest i32, so the answer is a plausible number. Met where overflow is "handled" without a thought.
//! fails: test_wraps_after_the_largest
//! fails: wraps_after_the_largest
//! says: i32::MIN

/// `x + 1`.
#[unsafe(no_mangle)]
pub extern "C" fn add_one(x: i32) -> i32 {
    x.saturating_add(1)
}
