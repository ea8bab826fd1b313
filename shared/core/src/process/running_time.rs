//! A clock that stands while this program cannot run.

use std::time::{Duration, Instant};

/// Longer than any wait between two looks at the clock takes on a busy machine.
const LONGEST_STEP: Duration = Duration::from_secs(2);

/// The time since a start, without pauses: while a container is paused, a batch system holds its jobs or a virtual machine
/// is moved, the system's clock goes on, and a time limit would end work that never had its time.
///
/// A caller that waits must look every few moments: of a longer step between two looks, only the first seconds count.
#[derive(Debug)]
pub struct RunningTime {
    elapsed: Duration,
    last_look: Instant,
}

impl RunningTime {
    /// Begins now.
    #[must_use]
    pub fn start() -> Self {
        Self { elapsed: Duration::ZERO, last_look: Instant::now() }
    }

    /// The time until now.
    pub fn elapsed(&mut self) -> Duration {
        self.elapsed_at(Instant::now())
    }

    fn elapsed_at(&mut self, now: Instant) -> Duration {
        self.elapsed += now.duration_since(self.last_look).min(LONGEST_STEP);
        self.last_look = now;
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_does_not_count_and_everything_else_does() {
        let mut running = RunningTime::start();
        let mut now = running.last_look;
        for _ in 0..100 {
            now += Duration::from_millis(50);
            running.elapsed_at(now);
        }
        assert_eq!(running.elapsed, Duration::from_secs(5));
        now += Duration::from_secs(3600);
        assert_eq!(running.elapsed_at(now), Duration::from_secs(5) + LONGEST_STEP);
    }
}
