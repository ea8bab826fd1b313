//! Whether a process computes or waits, read from `/proc`.

use std::time::Duration;

use super::POLL;

/// Whether a process computes (an endless loop) rather than waits (a deadlock). It computes if it has done so for most
/// of its time, or if a thread of it wants the processor now: on a busy machine it may have got little of it.
pub fn was_busy(pid: u32, time: Duration) -> Option<bool> {
    // A thread that waits in vain may wake up now and then, so it is looked at more than once.
    let looks = 5;
    let running = (0..looks).filter(|_| {
        std::thread::sleep(POLL);
        wants_processor(pid)
    });
    Some(running.count() > looks / 2 || has_computed(pid, time)?)
}

/// Whether any thread of the process is in the state "running".
fn wants_processor(pid: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.into_iter().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('R'))
    })
}

/// Whether the process has used the processor for more than half of this time.
fn has_computed(pid: u32, time: Duration) -> Option<bool> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name, which is in parentheses: state is field 3, utime and stime are fields 14 and 15, in ticks of 10
    // ms.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let user: f64 = fields.nth(11)?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0 > 0.5 * time.as_secs_f64())
}
