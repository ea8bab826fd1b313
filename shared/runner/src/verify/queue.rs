//! Does many tasks, several at a time, and shows their results in the order of the list.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use course_core::process::interrupted;
use course_core::{Error, Result};

use super::Tally;

/// A part of the work, which records any number of claims. It may wait for tasks that stand before it in the list: those
/// have begun, or the earliest of them could not wait for anything.
pub(super) struct Task<'t> {
    /// Said in front of its claims, where it is the first of a module.
    pub(super) heading: Option<String>,
    /// The part of the course that stays unchecked if the task breaks off.
    pub(super) subject: String,
    pub(super) work: Work<'t>,
}

pub(super) type Work<'t> = Box<dyn FnOnce(&mut Tally) -> Result<()> + Send + 't>;

/// Called with the tasks that are done and with the one whose turn it is.
pub(super) type OnTurn<'t> = &'t dyn Fn(usize, &str);

/// Does the tasks, `jobs` at a time. `show` gets each one's claims, in order.
pub(super) fn run(
    tasks: Vec<Task<'_>>,
    jobs: usize,
    on_turn: OnTurn<'_>,
    mut show: impl FnMut(Option<String>, Tally),
) -> Result<()> {
    let queue = Queue {
        results: tasks.iter().map(|_| Mutex::new(None)).collect(),
        tasks: tasks.into_iter().map(|task| Mutex::new(Some(task))).collect(),
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        ended: Mutex::new(()),
        some_ended: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, queue.tasks.len().max(1)) {
            scope.spawn(|| queue.work());
        }
        for result in &queue.results {
            let (heading, subject, tally) = queue.wait_for(result, on_turn)?;
            on_turn(queue.done.load(Ordering::Relaxed), &subject);
            show(heading, tally);
        }
        Ok(())
    })
}

/// The time between two looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(100);

type Ended = (Option<String>, String, Tally);

struct Queue<'t> {
    tasks: Vec<Mutex<Option<Task<'t>>>>,
    results: Vec<Mutex<Option<Ended>>>,
    next: AtomicUsize,
    done: AtomicUsize,
    ended: Mutex<()>,
    some_ended: Condvar,
    /// A task was interrupted, or has panicked: nobody waits for the rest.
    stopped: AtomicBool,
}

impl Queue<'_> {
    fn work(&self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = self.tasks.get(index) else { return };
            let Some(Task { heading, subject, work }) = locked(task).take() else { return };
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            let mut tally = Tally::default();
            let result = catch_unwind(AssertUnwindSafe(|| work(&mut tally)))
                .unwrap_or_else(|_| Err(Error::new("This is a fault of `verify` itself: a part of it panicked.")));
            match result {
                Ok(()) => {}
                Err(_) if interrupted() => self.stopped.store(true, Ordering::Relaxed),
                Err(error) => tally.record(&format!("{subject} can be judged"), Err(error.to_string())),
            }
            *locked(&self.results[index]) = Some((heading, subject, tally));
            self.done.fetch_add(1, Ordering::Relaxed);
            let _ended = locked(&self.ended);
            self.some_ended.notify_all();
        }
    }

    fn wait_for(&self, result: &Mutex<Option<Ended>>, on_turn: OnTurn<'_>) -> Result<Ended> {
        let mut ended = locked(&self.ended);
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Err(Error::interrupted());
            }
            if let Some(result) = locked(result).take() {
                return Ok(result);
            }
            on_turn(self.done.load(Ordering::Relaxed), "");
            ended = self.some_ended.wait(ended).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A value that one task makes and others wait for. `None` if it could not be made.
#[derive(Debug)]
pub(super) struct Promise<T> {
    value: Mutex<Option<Option<T>>>,
    kept: Condvar,
}

impl<T: Clone> Promise<T> {
    pub(super) fn new() -> Self {
        Self { value: Mutex::new(None), kept: Condvar::new() }
    }

    /// Gives the value that `make` makes to all who wait for it; nothing after an error, or a panic.
    pub(super) fn keep(&self, make: impl FnOnce() -> Result<T>) -> Result<()> {
        struct Set<'p, T>(&'p Promise<T>, Option<T>);
        impl<T> Drop for Set<'_, T> {
            fn drop(&mut self) {
                *locked(&self.0.value) = Some(self.1.take());
                self.0.kept.notify_all();
            }
        }
        let mut set = Set(self, None);
        set.1 = Some(make()?);
        Ok(())
    }

    /// Waits for it. After an interruption its task may never begin, so there is nothing to wait for.
    pub(super) fn get(&self) -> Option<T> {
        let mut value = locked(&self.value);
        loop {
            if let Some(value) = &*value {
                return value.clone();
            }
            if interrupted() {
                return None;
            }
            (value, _) = self.kept.wait_timeout(value, LOOK).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn task<'t>(name: &str, work: impl FnOnce(&mut Tally) -> Result<()> + Send + 't) -> Task<'t> {
        Task { heading: None, subject: name.to_owned(), work: Box::new(work) }
    }

    fn claims_of(tasks: Vec<Task<'_>>) -> Vec<String> {
        let mut shown = Vec::new();
        run(tasks, 3, &|_, _| {}, |_, tally| shown.extend(tally.claims.into_iter().map(|claim| claim.text))).unwrap();
        shown
    }

    #[test]
    fn shows_claims_in_the_order_of_the_list() {
        let tasks = (0..20).map(|number| {
            task("x", move |tally| {
                std::thread::sleep(Duration::from_millis(20 - number));
                tally.record(&number.to_string(), Ok(()));
                Ok(())
            })
        });
        assert_eq!(claims_of(tasks.collect()), (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn one_that_breaks_off_or_panics_is_a_claim_that_failed_and_the_others_go_on() {
        let tasks = vec![
            task("01", |_| Err(Error::new("no linker"))),
            task("02", |_| panic!("on purpose")),
            task("03", |tally| {
                tally.record("fine", Ok(()));
                Ok(())
            }),
        ];
        assert_eq!(claims_of(tasks), ["01 can be judged", "02 can be judged", "fine"]);
    }

    #[test]
    fn a_promise_that_cannot_be_kept_is_told_to_all_who_wait() {
        let [kept, broken]: [Arc<Promise<u32>>; 2] = [Arc::new(Promise::new()), Arc::new(Promise::new())];
        let (kept_too, broken_too) = (Arc::clone(&kept), Arc::clone(&broken));
        let tasks = vec![
            task("keeps", move |_| kept_too.keep(|| Ok(3))),
            task("breaks", move |_| broken_too.keep(|| panic!("on purpose"))),
            task("waits", move |tally| {
                tally.record(&format!("{:?} {:?}", kept.get(), broken.get()), Ok(()));
                Ok(())
            }),
        ];
        assert_eq!(claims_of(tasks), ["breaks can be judged", "Some(3) None"]);
    }
}
