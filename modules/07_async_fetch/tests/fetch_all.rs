//! `in_order` without Python or a network: jobs are futures that the tests drive by hand.

use std::cell::Cell;
use std::future::{pending, ready};
use std::task::{Context, Poll, Waker};

use async_fetch::fetch_all::in_order;

/// The result of a future that is ready when it is polled first.
fn now<F: Future>(future: F) -> Option<F::Output> {
    match Box::pin(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

#[test]
fn results_stand_in_the_order_of_the_jobs() {
    let jobs = (0..100).map(|number| ready(Ok::<_, ()>(number)));
    assert_eq!(now(in_order(jobs, 7)), Some(Ok((0..100).collect())));
}

#[test]
fn no_jobs_no_results() {
    let jobs: Vec<std::future::Ready<Result<(), ()>>> = Vec::new();
    assert_eq!(now(in_order(jobs, 1)), Some(Ok(Vec::new())));
}

#[test]
fn a_failure_does_not_wait_for_the_jobs_before_it() {
    let jobs = (0..3).map(|number| async move { if number < 2 { pending().await } else { Err::<(), _>(number) } });
    assert_eq!(now(in_order(jobs, 3)), Some(Err(2)), "a failure must not wait for the jobs before it");
}

#[test]
fn no_more_begin_than_the_limit_allows() {
    let begun = Cell::new(0);
    let jobs = (0..10).map(|_| async {
        begun.set(begun.get() + 1);
        pending::<Result<(), ()>>().await
    });
    assert_eq!(now(in_order(jobs, 4)), None);
    assert_eq!(begun.get(), 4, "as many jobs as the limit allows should have begun, and no more");
}

#[test]
#[should_panic(expected = "limit")]
fn a_limit_of_zero_panics() {
    // Without an `assert!` no job could begin, and the future would wait for ever.
    let jobs = (0..3).map(|number| ready(Ok::<_, ()>(number)));
    let _ = now(in_order(jobs, 0));
}
