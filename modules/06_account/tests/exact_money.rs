//! From decimal digits and floats to cents, apart from Python.

use account::exact_money::{Money, MoneyError, cents_of_digits, cents_of_float};

#[test]
fn digits_and_exponent() {
    for (negative, digits, exponent, cents) in [
        (false, &[1, 2, 0, 5][..], -2, 1_205),
        (true, &[1, 2, 0, 5], -2, -1_205),
        (false, &[1], -1, 10),
        (false, &[7], 0, 700),
        (false, &[1], 3, 100_000),
        (false, &[0, 0, 7], -2, 7),
    ] {
        assert_eq!(
            cents_of_digits(negative, digits, exponent),
            Ok(cents),
            "negative: {negative}, digits {digits:?}, exponent {exponent}"
        );
    }
}

#[test]
fn zeros_at_the_end_are_no_decimals() {
    assert_eq!(cents_of_digits(false, &[1, 5, 0, 0, 0], -4), Ok(150), "1.5000 is 1.50");
    assert_eq!(cents_of_digits(false, &[], 0), Ok(0));
    assert_eq!(cents_of_digits(false, &[0], -9), Ok(0));
    assert_eq!(cents_of_digits(false, &[0], i64::MAX), Ok(0));
}

#[test]
fn fractions_of_a_cent_are_refused() {
    for (digits, exponent) in [(&[1][..], -3), (&[1, 0, 5], -3), (&[9, 9, 9], -5), (&[1], i64::MIN)] {
        assert_eq!(
            cents_of_digits(false, digits, exponent),
            Err(MoneyError::TooManyDecimals),
            "{digits:?} times 10^{exponent} has a fraction of a cent"
        );
    }
}

#[test]
fn up_to_the_largest_i64() {
    let largest = [9, 2, 2, 3, 3, 7, 2, 0, 3, 6, 8, 5, 4, 7, 7, 5, 8, 0, 7];
    assert_eq!(cents_of_digits(false, &largest, -2), Ok(i64::MAX));
    assert_eq!(cents_of_digits(true, &largest, -2), Ok(-i64::MAX));
    let mut larger = largest;
    larger[18] = 8;
    assert_eq!(cents_of_digits(false, &larger, -2), Err(MoneyError::TooLarge), "the digits wrapped round");
    assert_eq!(cents_of_digits(false, &[1], 17), Err(MoneyError::TooLarge), "10^19 cents do not fit");
    assert_eq!(cents_of_digits(false, &[1], 16), Ok(1_000_000_000_000_000_000));
    assert_eq!(cents_of_digits(false, &[1], i64::MAX), Err(MoneyError::TooLarge), "the exponent wrapped round");
}

#[test]
fn every_cent_survives_the_way_through_a_float() {
    let far: i64 = 1 << 50;
    for cents in (0..200_000).chain(99_999_990_000..100_000_010_000).chain(far - 20_000..far + 20_000) {
        let float = cents as f64 / 100.0;
        assert_eq!(cents_of_float(float), Ok(cents), "{float} is {cents} cents");
        assert_eq!(cents_of_float(-float), Ok(-cents), "{} is {} cents", -float, -cents);
    }
}

#[test]
fn a_float_is_its_shortest_form() {
    assert_eq!(cents_of_float(0.29), Ok(29), "0.29 * 100.0 is 28.999999999999996: do not cut off");
    for float in [0.105, 1.005, 0.001, 5e-324, 1e-9, 0.1 + 0.2, 8.005, 281_474_976_710_656.1, 1e13 + 0.001_953_125] {
        let text = float.to_string();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let fine = decimals <= 2;
        assert_eq!(cents_of_float(float).is_ok(), fine, "{float} has {decimals} decimals in its shortest form");
    }
}

#[test]
fn large_floats() {
    assert_eq!(cents_of_float(70_368_744_177_664.02), Ok(7_036_874_417_766_402));
    assert_eq!(cents_of_float(90_000_000_000_000_000.0), Ok(9_000_000_000_000_000_000));
    assert_eq!(cents_of_float(1e17), Err(MoneyError::TooLarge));
    assert_eq!(cents_of_float(f64::MAX), Err(MoneyError::TooLarge));
}

#[test]
fn what_is_not_finite_is_no_money() {
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(cents_of_float(float), Err(MoneyError::NotFinite), "{float}");
    }
}

#[test]
fn sums_are_exact_and_checked() {
    assert_eq!(cents_of_digits(false, &[3], -1).map(Money::from_cents), Ok(Money::from_cents(30)));
    let cents = Money::from_cents;
    assert_eq!(cents(10).plus(cents(20)), Ok(cents(30)));
    assert_eq!(cents(i64::MAX - 1).plus(cents(1)), Ok(cents(i64::MAX)));
    assert_eq!(cents(i64::MAX).plus(cents(1)), Err(MoneyError::TooLarge), "the sum wrapped round");
    assert_eq!(cents(i64::MAX).cents(), i64::MAX, "an f64 has not that many digits");
    assert_eq!(Money::ZERO.cents(), 0);
}
