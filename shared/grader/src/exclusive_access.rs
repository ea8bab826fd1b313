//! Access to the machine: usually shared by as many pieces of work as there are jobs; exclusive for one, if its result must
//! not depend on the neighbours.

use std::sync::{PoisonError, RwLock};

use course_core::process::ExitReason;

use crate::unix;

/// Held by all work on submissions. Waiting for exclusive access ends: every piece of work has a time limit.
#[derive(Debug, Default)]
pub(crate) struct ExclusiveAccess(RwLock<()>);

impl ExclusiveAccess {
    /// Does something while others may work too.
    pub(crate) fn beside_others<R>(&self, work: impl FnOnce() -> R) -> R {
        let _guard = self.0.read().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Does something while nobody else works.
    pub(crate) fn alone<R>(&self, work: impl FnOnce() -> R) -> R {
        let _guard = self.0.write().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}

/// Whether twice as many threads want to run as there are processors; unknown is no.
pub(crate) fn is_overloaded() -> bool {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    load > 2.0 * processors
}

/// Whether a program that was ended might have come to its end while nothing else ran: it was killed, as the kernel does
/// when memory is short, or was too late on a machine that has more to do than it can.
pub(crate) fn may_be_the_machines_fault(exit: ExitReason) -> bool {
    match exit {
        ExitReason::Exited(status) => unix::was_killed(status),
        ExitReason::TimedOut { .. } => is_overloaded(),
        ExitReason::TooMuchOutput => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn who_is_alone_meets_nobody() {
        let access = ExclusiveAccess::default();
        let working = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        access.beside_others(|| {
                            working.fetch_add(1, Ordering::SeqCst);
                            std::thread::yield_now();
                            working.fetch_sub(1, Ordering::SeqCst);
                        });
                        access.alone(|| assert_eq!(working.load(Ordering::SeqCst), 0));
                    }
                });
            }
        });
    }
}
