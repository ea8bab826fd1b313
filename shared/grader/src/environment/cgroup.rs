//! Control groups: they count the processes and the memory of a whole jail together, fork bombs included. They can be
//! made where this process may write to the kernel's file system of groups, as root in a container can.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::defence::Defence;
use crate::unix;

/// Processes and threads of one submission's jails together: enough for sixty exercises at a time, each with its pools
/// of `POOL_THREADS` (`oracle.py`). The probe tries to have more than these.
const MOST_TASKS: &str = "1024";

/// The first three are of version 1, where each controller has a tree; the last is of version 2.
const TREES: [&str; 4] = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"];

/// The `cpu.shares` that the kernel gives a group by default.
const EQUAL_SHARE: &str = "1024";

/// The share of the machine's memory for each of the submissions at work, so that together they leave some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryShare {
    bytes: u64,
}

impl MemoryShare {
    /// More than any solution and its compiler need.
    const MOST: u64 = 8 << 30;

    /// Less would fail honest work: rustc and a linker on the largest module.
    const LEAST: u64 = 3 << 29;

    /// For so many submissions at a time.
    pub(crate) fn among(jobs: usize) -> Self {
        Self::of(total_memory(), jobs)
    }

    /// Four fifths of the machine's memory are shared out; the rest is for the grader and the system.
    fn of(machine: Option<u64>, jobs: usize) -> Self {
        let jobs = u64::try_from(jobs.max(1)).unwrap_or(u64::MAX);
        let share = machine.map_or(Self::MOST, |bytes| bytes / 5 * 4 / jobs);
        Self { bytes: share.clamp(Self::LEAST, Self::MOST) }
    }

    /// All processes of a submission together.
    fn of_submission(self) -> u64 {
        self.bytes
    }

    /// MiB of an oracle, which makes objects of a submission's answers. The oracles share the fifth that is left.
    pub(crate) fn of_oracle(self) -> u32 {
        const LEAST: u64 = 1536;
        const MOST: u64 = 4096;
        u32::try_from((self.bytes >> 22).clamp(LEAST, MOST)).unwrap_or(u32::MAX)
    }

    /// MiB of one process, which is all that a machine without control groups can limit.
    pub(crate) fn of_process(self) -> u32 {
        const MOST: u64 = 4096;
        u32::try_from((self.bytes >> 20).min(MOST)).unwrap_or(u32::MAX)
    }
}

/// Bytes of the machine, or of the container that the grader runs in.
fn total_memory() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    });
    let container = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    machine.into_iter().chain(container).min()
}

/// Of the groups' names; the number of the grader's process follows.
const PREFIX: &str = "course-grade-";

/// Removes groups of graders that were killed. Those of a running grader stay, and so do those with a process in them.
pub(crate) fn sweep() {
    for entry in TREES.iter().filter_map(|tree| fs::read_dir(tree).ok()).flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|number| !Path::new("/proc").join(number).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// The groups of one submission, removed with the value.
#[derive(Debug)]
pub(crate) struct Cgroups(Vec<PathBuf>);

impl Cgroups {
    /// Makes the groups that can be made. A group that cannot be made is no error here: the probe finds out.
    pub(crate) fn make(without: &[Defence], share: MemoryShare) -> Self {
        if without.contains(&Defence::Cgroups) {
            return Self(Vec::new());
        }
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let memory = share.of_submission().to_string();
        let wanted: [(&str, &[(&str, &str)]); 4] = [
            (TREES[0], &[("pids.max", MOST_TASKS)]),
            (TREES[1], &[("memory.limit_in_bytes", &memory)]),
            // If processors are short, the groups have equal parts, however many threads are in each.
            (TREES[2], &[("cpu.shares", EQUAL_SHARE)]),
            (
                TREES[3],
                &[("pids.max", MOST_TASKS), ("memory.max", &memory), ("memory.swap.max", "0"), ("cpu.weight", "100")],
            ),
        ];
        Self(wanted.into_iter().filter_map(|(tree, limits)| make(Path::new(tree), &name, limits)).collect())
    }

    /// The files to which a process writes its number to join.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.0.iter().map(|group| group.join("cgroup.procs")).collect()
    }
}

fn make(tree: &Path, name: &str, limits: &[(&str, &str)]) -> Option<PathBuf> {
    if !tree.join("cgroup.procs").is_file() {
        return None;
    }
    let group = tree.join(name);
    fs::create_dir(&group).ok()?;
    // Swap accounting may be off, and parts of the processors are a courtesy. Every other limit must hold, or the group is
    // removed again.
    let may_be_missing = |file: &str| file.contains("swap") || file.contains("weight");
    let holds = limits.iter().all(|(file, value)| fs::write(group.join(file), value).is_ok() || may_be_missing(file));
    if holds {
        Some(group)
    } else {
        let _ = fs::remove_dir(&group);
        None
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        for group in &self.0 {
            // Without namespaces, a process may have left its parent and live on. After the kill, the kernel may need a
            // moment before the group is empty.
            for _ in 0..1_000 {
                if fs::remove_dir(group).is_ok() {
                    break;
                }
                kill_all(group);
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
    }
}

/// Ends the processes that are still in a group. Only programs of the jail ever join one.
fn kill_all(group: &Path) {
    let numbers = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    numbers.lines().for_each(unix::kill);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_within_reason() {
        const GIB: u64 = 1 << 30;
        for (machine, jobs, expected) in [
            (None, 1, MemoryShare::MOST),
            (Some(64 * GIB), 4, MemoryShare::MOST),
            (Some(20 * GIB), 4, 4 * GIB),
            (Some(8 * GIB), 64, MemoryShare::LEAST),
            (Some(5 * GIB), 0, 4 * GIB),
        ] {
            assert_eq!(MemoryShare::of(machine, jobs).of_submission(), expected, "{machine:?} {jobs}");
        }
        assert_eq!(MemoryShare::of(Some(20 * GIB), 8).of_process(), 2048);
        assert_eq!(MemoryShare::of(None, 1).of_process(), 4096);
        assert_eq!(MemoryShare::of(Some(20 * GIB), 2).of_oracle(), 2048);
        assert_eq!(MemoryShare::of(Some(8 * GIB), 4).of_oracle(), 1536);
    }
}
