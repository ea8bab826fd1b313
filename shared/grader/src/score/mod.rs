//! The worth of each test, and the points that it earned.
//!
//! Some tests pass without any work: PyO3 refuses an argument of a wrong type before the stub's body is reached, or the test
//! asks only for refusals, for zero, for an empty result or for the argument itself. They are needed, for a solution may
//! accept too much. So they count as much as the rest of the exercise is right: with half of the other points earned, each of
//! them earns half of its own. Soft tests do not count as that rest: their reports can be forged, and must not bring more
//! than their own points.

pub(crate) mod points;

use crate::manifest::{Entry, Kind};
use crate::test_status::Status;

use points::Points;

/// The shares of an exercise's points, in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    /// For soft tests.
    pub(crate) soft: u8,
    /// For the teacher's tests, of the points that the soft ones leave. Without it, these count like any other.
    pub(crate) hidden: Option<u8>,
}

/// The worth of each test, in the manifest's order. The soft ones share the teacher's percentage. If the exercise has no
/// others, the rest cannot be earned by anybody, so it is not counted.
pub(crate) fn worth(tests: &[Entry], points: u32, shares: Shares) -> Vec<Points> {
    let count = |kind| tests.iter().filter(|test| test.kind == kind).count();
    let (soft, public, hidden) = (count(Kind::Soft), count(Kind::Public), count(Kind::Hidden));
    let all = Points::whole(points);
    let for_soft = if soft == 0 { Points::ZERO } else { all.percent(shares.soft) };
    let for_hard = all.less(for_soft);
    // The hidden tests have a share of their own only if there are public tests too.
    let for_hidden = shares.hidden.filter(|_| public > 0 && hidden > 0).map(|share| for_hard.percent(share));
    let mut of_soft = for_soft.shares(soft).into_iter();
    let mut of_hidden = for_hidden.map(|points| points.shares(hidden).into_iter());
    let mut of_others = for_hard
        .less(for_hidden.unwrap_or_default())
        .shares(if for_hidden.is_some() { public } else { public + hidden })
        .into_iter();
    let worth = tests.iter().map(|test| match (test.kind, &mut of_hidden) {
        (Kind::Soft, _) => of_soft.next(),
        (Kind::Hidden, Some(of_hidden)) => of_hidden.next(),
        _ => of_others.next(),
    });
    worth.map(Option::unwrap_or_default).collect()
}

/// The points that each test earned of its worth, given its outcome. All of them passed earn all points.
///
/// The teacher's shares do not change how much of the rest is right: with all points on hidden tests that only refuse, a
/// function that refuses everything would have them.
pub(crate) fn earned(tests: &[Entry], points: u32, worth: &[Points], statuses: &[Status]) -> Vec<Points> {
    let counts = |test: &Entry| !test.without_work && test.kind != Kind::Soft;
    // If nothing else can tell, the soft ones do: points that the stub has must not be a present.
    let only_soft = !tests.iter().any(counts);
    let weights = if only_soft { vec![Points::whole(1); tests.len()] } else { unshared(tests, points) };
    let all = || tests.iter().zip(&weights).zip(statuses);
    let own_work = || all().filter(|((test, _), _)| if only_soft { !test.without_work } else { counts(test) });
    let possible: Points = own_work().map(|((_, worth), _)| *worth).sum();
    let reached: Points =
        own_work().filter(|(_, status)| **status == Status::Passed).map(|((_, worth), _)| *worth).sum();
    let worth_and_status = tests.iter().zip(worth).zip(statuses);
    worth_and_status
        .map(|((test, worth), status)| match status {
            Status::Passed if test.without_work => worth.in_proportion(reached, possible),
            Status::Passed => *worth,
            _ => Points::ZERO,
        })
        .collect()
}

/// The weight of each test that is not soft, without a teacher's shares: its worth, if there are points enough for all.
fn unshared(tests: &[Entry], points: u32) -> Vec<Points> {
    let weights = worth(tests, points, Shares::default());
    let all_weigh = tests.iter().zip(&weights).all(|(test, weight)| *weight > Points::ZERO || test.kind == Kind::Soft);
    if all_weigh { weights } else { vec![Points::whole(1); tests.len()] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries(without_work: &[bool], soft: usize) -> Vec<Entry> {
        let hard =
            without_work.iter().map(|passed| Entry { name: String::new(), kind: Kind::Public, without_work: *passed });
        let soft = (0..soft).map(|_| Entry { name: String::new(), kind: Kind::Soft, without_work: false });
        hard.chain(soft).collect()
    }

    #[test]
    fn points_add_up_whatever_the_share() {
        let tests = entries(&[false; 3], 1);
        for share in [0, 7, 100] {
            let worth = worth(&tests, 10, Shares { soft: share, ..Shares::default() });
            assert_eq!(worth.iter().copied().sum::<Points>(), Points::whole(10));
            assert_eq!(worth[3], Points::whole(10).percent(share));
        }
    }

    #[test]
    fn the_stub_earns_nothing() {
        let tests = entries(&[true, false, true, false], 0);
        let worth = worth(&tests, 10, Shares::default());
        let stub = [Status::Passed, Status::Failed, Status::Passed, Status::Crashed];
        assert_eq!(earned(&tests, 10, &worth, &stub), [Points::ZERO; 4]);
    }

    #[test]
    fn what_the_stub_passes_counts_as_the_rest_is_right() {
        let tests = entries(&[true, false, true, false], 0);
        let worth = worth(&tests, 10, Shares::default());
        let half = [Status::Passed, Status::Passed, Status::Failed, Status::Failed];
        let scores: Vec<u64> = earned(&tests, 10, &worth, &half).into_iter().map(Points::hundredths).collect();
        assert_eq!(scores, [125, 250, 0, 0]);
    }

    #[test]
    fn a_solution_that_breaks_what_the_stub_passed_loses_it() {
        let tests = entries(&[true, false], 0);
        let worth = worth(&tests, 10, Shares::default());
        let scores = earned(&tests, 10, &worth, &[Status::Failed, Status::Passed]);
        assert_eq!(scores, [Points::ZERO, Points::whole(5)]);
    }

    #[test]
    fn the_teachers_tests_have_the_share_that_is_theirs() {
        let mut tests = entries(&[false; 3], 1);
        tests[2].kind = Kind::Hidden;
        let hundredths =
            |shares| -> Vec<u64> { worth(&tests, 10, shares).into_iter().map(Points::hundredths).collect() };
        assert_eq!(hundredths(Shares { soft: 0, hidden: Some(60) }), [200, 200, 600, 0]);
        assert_eq!(hundredths(Shares { soft: 10, hidden: Some(60) }), [180, 180, 540, 100]);
        assert_eq!(hundredths(Shares::default()), [334, 333, 333, 0]);
    }

    #[test]
    fn without_tests_of_the_teachers_the_others_have_all() {
        let tests = entries(&[false; 2], 0);
        let worth = worth(&tests, 10, Shares { soft: 0, hidden: Some(60) });
        assert_eq!(worth, [Points::whole(5); 2]);
    }

    #[test]
    fn a_forged_soft_test_earns_its_own_points_only() {
        let tests = entries(&[true, true, false, false], 1);
        let worth = worth(&tests, 10, Shares { soft: 10, ..Shares::default() });
        let forged = [Status::Passed, Status::Passed, Status::Failed, Status::Failed, Status::Passed];
        assert_eq!(earned(&tests, 10, &worth, &forged).into_iter().sum::<Points>(), Points::whole(1));
    }

    proptest! {
        #[test]
        fn nobody_has_more_than_all(
            tests in prop::collection::vec((any::<bool>(), any::<bool>()), 1..40), soft in 0_usize..3,
            points in 0_u32..50, soft_share in 0_u8..=100, hidden_share in prop::option::of(0_u8..=100), hidden in 0_usize..4,
        ) {
            let (without_work, passed): (Vec<bool>, Vec<bool>) = tests.into_iter().unzip();
            let mut entries = entries(&without_work, soft);
            for entry in entries.iter_mut().filter(|entry| entry.kind == Kind::Public).take(hidden) {
                entry.kind = Kind::Hidden;
            }
            let worth = worth(&entries, points, Shares { soft: soft_share, hidden: hidden_share });
            prop_assert_eq!(worth.iter().copied().sum::<Points>(), Points::whole(points));
            let mut statuses: Vec<Status> =
                passed.iter().map(|passed| if *passed { Status::Passed } else { Status::Failed }).collect();
            statuses.resize(entries.len(), Status::Passed);
            let scores = earned(&entries, points, &worth, &statuses);
            prop_assert!(scores.iter().zip(&worth).all(|(score, worth)| score <= worth));
            for (status, entry) in statuses.iter_mut().zip(&entries) {
                *status = if entry.without_work { Status::Passed } else { Status::Failed };
            }
            if entries.iter().any(|entry| !entry.without_work) {
                prop_assert_eq!(earned(&entries, points, &worth, &statuses), vec![Points::ZERO; entries.len()]);
            }
            let full = earned(&entries, points, &worth, &vec![Status::Passed; entries.len()]);
            prop_assert_eq!(full, worth);
        }
    }
}
