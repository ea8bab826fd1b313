//! Bounds the number of builds that run at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A build keeps a processor busy and takes much memory; a test often only waits. So many more parts are under way than
/// there are processors, but only as many builds.
#[derive(Debug)]
pub(super) struct Builders {
    idle: Mutex<usize>,
    one_is_idle: Condvar,
}

impl Builders {
    pub(super) fn new(count: usize) -> Self {
        Self { idle: Mutex::new(count.max(1)), one_is_idle: Condvar::new() }
    }

    /// Runs the build as soon as there is an idle builder. A build must not wait for another one.
    pub(super) fn run<T>(&self, build: impl FnOnce() -> T) -> T {
        let idle = self.one_is_idle.wait_while(self.idle(), |idle| *idle == 0).unwrap_or_else(PoisonError::into_inner);
        let _turn = Turn::begin(self, idle);
        build()
    }

    fn idle(&self) -> MutexGuard<'_, usize> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A builder at work, idle again when this is dropped, after a panic too.
struct Turn<'b>(&'b Builders);

impl<'b> Turn<'b> {
    fn begin(builders: &'b Builders, mut idle: MutexGuard<'_, usize>) -> Self {
        *idle -= 1;
        Self(builders)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.idle() += 1;
        self.0.one_is_idle.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_at_a_time_than_there_are_and_a_panic_loses_none() {
        let builders = Builders::new(2);
        let (at_work, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        for _ in 0..2 {
            assert!(catch_unwind(AssertUnwindSafe(|| builders.run(|| panic!("on purpose")))).is_err());
        }
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    builders.run(|| {
                        most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(20));
                        at_work.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        assert_eq!(most.into_inner(), 2);
    }
}
