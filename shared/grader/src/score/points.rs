//! Points, counted in hundredths so that shares add up without rounding.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// A number of points, exact to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Points(u64);

impl Points {
    /// No points.
    pub(crate) const ZERO: Self = Self(0);

    /// Whole points, as the catalogue counts them.
    #[must_use]
    pub(crate) const fn whole(points: u32) -> Self {
        Self(points as u64 * 100)
    }

    /// Hundredths of a point.
    #[must_use]
    pub(crate) const fn hundredths(self) -> u64 {
        self.0
    }

    /// From hundredths of a point.
    #[must_use]
    pub(crate) const fn from_hundredths(hundredths: u64) -> Self {
        Self(hundredths)
    }

    /// For formats that know floating-point numbers only.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // 2^53 hundredths are more than any course has.
    pub(crate) fn as_f64(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// The points in `count` shares that differ by a hundredth at most and add up exactly; the larger ones come first.
    #[must_use]
    pub(crate) fn shares(self, count: usize) -> Vec<Self> {
        let count = count as u64;
        (0..count).map(|index| Self(self.0 / count + u64::from(index < self.0 % count))).collect()
    }

    /// This percentage, rounded down to a hundredth.
    #[must_use]
    pub(crate) const fn percent(self, percent: u8) -> Self {
        Self(self.0 * percent as u64 / 100)
    }

    /// `part` of `whole` of these points, rounded down to a hundredth; all of them where there is no whole.
    #[must_use]
    pub(crate) fn in_proportion(self, part: Self, whole: Self) -> Self {
        (self.0 * part.0).checked_div(whole.0).map_or(self, Self)
    }

    /// The rest after `other`, at least nothing.
    #[must_use]
    pub(crate) const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Points {
    /// `7`, `7.5` or `7.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for (points, count) in [(10, 3), (10, 7), (1, 300), (0, 4), (15, 15)] {
            let shares = Points::whole(points).shares(count);
            assert_eq!(shares.len(), count);
            assert_eq!(shares.into_iter().sum::<Points>(), Points::whole(points));
        }
    }

    #[test]
    fn no_shares_of_nothing() {
        assert!(Points::whole(10).shares(0).is_empty());
    }

    #[test]
    fn shows_what_is_needed() {
        assert_eq!(Points::whole(7).to_string(), "7");
        assert_eq!(Points::from_hundredths(750).to_string(), "7.5");
        assert_eq!(Points::from_hundredths(725).to_string(), "7.25");
        assert_eq!(Points::ZERO.to_string(), "0");
    }
}
