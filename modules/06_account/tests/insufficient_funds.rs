//! The rest of a balance, apart from Python.

use account::insufficient_funds::{Shortfall, remaining};

#[test]
fn what_is_left() {
    assert_eq!(remaining(10_000, 2_500), Ok(7_500));
    assert_eq!(remaining(0, 0), Ok(0));
    assert_eq!(remaining(i64::MAX, i64::MAX), Ok(0));
}

#[test]
fn down_to_the_last_cent_and_no_further() {
    assert_eq!(remaining(10_000, 10_000), Ok(0));
    assert_eq!(remaining(10_000, 10_001), Err(Shortfall { balance: 10_000, requested: 10_001 }), "an overdraft");
    assert_eq!(remaining(0, i64::MAX), Err(Shortfall { balance: 0, requested: i64::MAX }), "an overdraft");
}
