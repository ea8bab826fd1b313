//! `first_ok` without Python or a network, on a runtime with one thread.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use async_fetch::first_of::first_ok;
use tokio::time::timeout;

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime of one thread").block_on(future)
}

#[test]
fn nobody_to_ask() {
    let jobs: Vec<std::future::Ready<Result<(), ()>>> = Vec::new();
    assert_eq!(run(first_ok(jobs)), None);
}

#[test]
fn a_success_beats_failures() {
    assert_eq!(run(first_ok([ready(Err(1)), ready(Ok("yes")), ready(Err(2))])), Some(Ok("yes")));
}

#[test]
fn the_last_failure() {
    // One thread takes its tasks in turn, so who gives way more often fails later.
    let jobs = [30, 0, 10].map(|turns| async move {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        Err::<(), _>(turns)
    });
    assert_eq!(run(first_ok(jobs)), Some(Err(30)), "all failed: give the failure that came last");
}

#[test]
#[should_panic(expected = "a bug in a job")]
fn a_panic_goes_on() {
    // The panic comes first, and the other job never ends: a panic that is swallowed would wait for it.
    let jobs = (0..2).map(|number| async move {
        assert!(number != 0, "a bug in a job");
        pending::<Result<(), ()>>().await
    });
    let _ = run(async { timeout(Duration::from_secs(2), first_ok(jobs)).await });
}

#[test]
fn losers_are_dropped() {
    let alive = Arc::new(());
    run(async {
        let jobs = (0..3).map(|number| {
            let alive = Arc::clone(&alive);
            async move {
                let _alive = alive;
                if number == 1 { Ok::<_, ()>(number) } else { pending().await }
            }
        });
        assert_eq!(first_ok(jobs).await, Some(Ok(1)));
        until_only_one(&alive).await;
        // Before the runtime ends: that would drop every task.
        assert_eq!(Arc::strong_count(&alive), 1, "the jobs that lost are still alive: abort their tasks");
    });
}

#[test]
fn dropped_it_drops_all_jobs() {
    let alive = Arc::new(());
    run(async {
        let jobs = (0..3).map(|_| {
            let alive = Arc::clone(&alive);
            async move {
                let _alive = alive;
                pending::<Result<(), ()>>().await
            }
        });
        // The limit drops the future, as a cancellation does.
        assert!(timeout(Duration::from_millis(5), first_ok(jobs)).await.is_err());
        until_only_one(&alive).await;
        // Before the runtime ends: that would drop every task.
        assert_eq!(Arc::strong_count(&alive), 1, "the future is gone and its jobs are still alive: abort their tasks");
    });
}

/// Gives aborted tasks the turns they need to end.
async fn until_only_one(alive: &Arc<()>) {
    for _ in 0..100 {
        if Arc::strong_count(alive) == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
}
