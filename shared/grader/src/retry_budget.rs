//! Repeats what the machine may have cut short, while nothing else of the grader works. All others wait meanwhile, and a
//! submission can stop or kill its own process again and again: so each has a budget.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use course_core::Result;

use crate::exclusive_access::ExclusiveAccess;

/// All repeats of one submission together: one run that takes all of its time, at 20 seconds for a test, or many
/// usual ones.
const FOR_A_SUBMISSION: Duration = Duration::from_secs(120);

/// A repeat that brings a result is free for so long. On a machine that starves everybody, an honest submission may need one
/// for each of its exercises, and each takes a second or two.
const FREE: Duration = Duration::from_secs(5);

/// The time for repeats of one submission, or of the reference.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    /// `None` without a limit.
    left: Option<Mutex<Duration>>,
}

impl RetryBudget {
    /// For one submission.
    pub(crate) fn of_a_submission() -> Self {
        Self::within(FOR_A_SUBMISSION)
    }

    /// For the course's own code, which stops nothing on purpose: nobody is graded before it has passed.
    pub(crate) fn of_the_reference() -> Self {
        Self { left: None }
    }

    fn within(time: Duration) -> Self {
        Self { left: Some(Mutex::new(time)) }
    }

    /// Does something again while nobody else works. `work` gets the time that it may take: `time`, or the rest of the
    /// budget. `was_in_vain` says whether the machine, or the clock, has cut short the repeat too. `None` if nothing is left,
    /// or if that was too little: then the first result stands.
    pub(crate) fn repeat_alone<R>(
        &self,
        access: &ExclusiveAccess,
        time: Duration,
        work: impl FnOnce(Duration) -> Result<R>,
        was_in_vain: impl FnOnce(&R) -> bool,
    ) -> Result<Option<R>> {
        if self.grant(time).is_zero() {
            return Ok(None); // Exclusive access would make the others wait for nothing.
        }
        access.alone(|| {
            let granted = self.grant(time); // Another exercise of the submission may have spent it meanwhile.
            if granted.is_zero() {
                return Ok(None);
            }
            let begun = Instant::now();
            let repeated = work(granted);
            let in_vain = repeated.as_ref().map_or(true, was_in_vain);
            let taken = begun.elapsed().min(granted); // A pause of the machine is charged to nobody.
            self.spend(if in_vain { taken } else { taken.saturating_sub(FREE) });
            let repeated = repeated?;
            Ok((granted == time || !in_vain).then_some(repeated))
        })
    }

    fn grant(&self, time: Duration) -> Duration {
        self.left.as_ref().map_or(time, |left| time.min(*left.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn spend(&self, time: Duration) {
        if let Some(left) = &self.left {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left.saturating_sub(time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(90);

    /// Repeats something that takes so many milliseconds: the time that it was granted, if it counts.
    fn repeat(budget: &RetryBudget, milliseconds: u64, was_in_vain: bool) -> Option<Duration> {
        let work = |granted| {
            std::thread::sleep(Duration::from_millis(milliseconds));
            Ok(granted)
        };
        budget.repeat_alone(&ExclusiveAccess::default(), LONG, work, |_| was_in_vain).expect("the work does not fail")
    }

    #[test]
    fn a_submission_has_a_budget_and_then_the_first_result_stands() {
        let budget = RetryBudget::within(LONG + Duration::from_millis(50));
        assert_eq!(repeat(&budget, 100, true), Some(LONG), "it had all of its time, so its end counts");
        let left = repeat(&budget, 0, false).expect("much was left");
        assert!(left < LONG, "{left:?}");

        let budget = RetryBudget::within(Duration::from_millis(50));
        assert_eq!(repeat(&budget, 20, false), Some(Duration::from_millis(50)), "it ended in time");
        assert_eq!(repeat(&budget, 100, true), None, "it was stopped for want of budget");
        let never = |_| -> Result<()> { panic!("nothing is left") };
        assert!(
            budget.repeat_alone(&ExclusiveAccess::default(), LONG, never, |()| false).is_ok_and(|done| done.is_none())
        );
    }

    #[test]
    fn short_repeats_that_bring_a_result_are_free() {
        let budget = RetryBudget::within(Duration::from_millis(50));
        for _ in 0..5 {
            assert_eq!(repeat(&budget, 30, false), Some(Duration::from_millis(50)));
        }
        assert_eq!(repeat(&budget, 30, true), None);
        assert!(repeat(&budget, 0, false).is_some_and(|left| left <= Duration::from_millis(20)));
    }

    #[test]
    fn work_that_fails_spends_the_budget_too() {
        let budget = RetryBudget::within(Duration::from_millis(20));
        let fails = |granted| -> Result<()> {
            std::thread::sleep(granted);
            Err(course_core::Error::new("broken"))
        };
        assert!(budget.repeat_alone(&ExclusiveAccess::default(), LONG, fails, |()| false).is_err());
        assert_eq!(repeat(&budget, 0, false), None);
    }

    #[test]
    fn a_pause_of_the_machine_spends_no_more_than_was_granted() {
        let budget = RetryBudget::within(Duration::from_millis(100));
        let short = Duration::from_millis(10);
        let sleeps = |granted| {
            std::thread::sleep(Duration::from_millis(200));
            Ok(granted)
        };
        for _ in 0..2 {
            let granted = budget.repeat_alone(&ExclusiveAccess::default(), short, sleeps, |_| true);
            assert_eq!(granted.expect("the work does not fail"), Some(short));
        }
    }

    #[test]
    fn the_reference_has_no_limit() {
        let budget = RetryBudget::of_the_reference();
        for _ in 0..3 {
            assert_eq!(repeat(&budget, 0, true), Some(LONG));
        }
    }
}
