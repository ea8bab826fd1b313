//! Cents as text, apart from Python.

use account::balance::two_decimals;

#[test]
fn two_digits_after_the_point() {
    for (cents, text) in
        [(0, "0.00"), (5, "0.05"), (10, "0.10"), (99, "0.99"), (100, "1.00"), (1_205, "12.05"), (10_000, "100.00")]
    {
        assert_eq!(two_decimals(cents), text, "{cents} cents: the cents have two digits, a zero in front if need be");
    }
}

#[test]
fn exact_where_floats_are_not() {
    assert_eq!(two_decimals(i64::MAX), "92233720368547758.07", "a float has not that many digits");
}
