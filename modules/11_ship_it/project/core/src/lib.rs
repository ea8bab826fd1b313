//! The arithmetic of tally, without Python.

/// The base units of the SI, one a line, shipped with the crate.
const UNITS: &str = include_str!("../data/units.txt");

/// The sum, or nothing where it does not fit.
#[must_use]
pub fn total(values: &[i64]) -> Option<i64> {
    values.iter().try_fold(0_i64, |sum, value| sum.checked_add(*value))
}

/// The arithmetic mean; there is none of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
}

/// The names of the SI's base units.
#[must_use]
pub fn units() -> Vec<&'static str> {
    UNITS.lines().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_does_not_fit_is_none() {
        assert_eq!(total(&[1, 2, 3]), Some(6));
        assert_eq!(total(&[i64::MAX, 1]), None);
    }

    #[test]
    fn there_is_no_mean_of_nothing() {
        assert_eq!(mean(&[1.0, 2.0]), Some(1.5));
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn there_are_seven_units() {
        assert_eq!(units().len(), 7);
    }
}
