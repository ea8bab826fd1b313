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

/// Bytes of all of them together.
const MOST_MEMORY: u64 = 8 << 30;

/// The first two are of version 1, where each controller has a tree; the third is of version 2.
const TREES: [&str; 3] = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/memory", "/sys/fs/cgroup"];

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
    pub(crate) fn make(without: &[Defence]) -> Self {
        if without.contains(&Defence::Cgroups) {
            return Self(Vec::new());
        }
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let memory = MOST_MEMORY.to_string();
        let wanted: [(&str, &[(&str, &str)]); 3] = [
            (TREES[0], &[("pids.max", MOST_TASKS)]),
            (TREES[1], &[("memory.limit_in_bytes", &memory)]),
            (TREES[2], &[("pids.max", MOST_TASKS), ("memory.max", &memory), ("memory.swap.max", "0")]),
        ];
        Self(wanted.into_iter().filter_map(|(tree, limits)| make(Path::new(tree), &name, limits)).collect())
    }

    /// Where a process writes its number to join.
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
    // Swap accounting may be off. Every other limit must hold, or the group is removed again.
    let holds = limits.iter().all(|(file, value)| fs::write(group.join(file), value).is_ok() || file.contains("swap"));
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
