//! The amounts that an account takes, apart from Python.

use account::account::is_valid;

#[test]
fn amounts_are_finite_and_zero_or_more() {
    for amount in [0.0, -0.0, 0.01, 1.0, 1e15, f64::MAX, f64::MIN_POSITIVE] {
        assert!(is_valid(amount), "{amount:?} is a valid amount");
    }
}

#[test]
fn negative_amounts_are_refused() {
    for amount in [-f64::MIN_POSITIVE, -0.01, -1.0, f64::MIN] {
        assert!(!is_valid(amount), "{amount:?} is negative");
    }
}

#[test]
fn nan_is_refused() {
    for amount in [f64::NAN, -f64::NAN] {
        assert!(!is_valid(amount), "NaN is no amount: every comparison with it is false");
    }
}

#[test]
fn infinity_is_refused() {
    for amount in [f64::INFINITY, f64::NEG_INFINITY] {
        assert!(!is_valid(amount), "{amount:?} is not finite");
    }
}
