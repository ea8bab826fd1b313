//! Limits that the kernel keeps for each process, and for a group of them.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::arguments::Policy;
use crate::mechanism::Mechanism;

const MIB: u64 = 1 << 20;

/// Enough for a thread pool and a build, too few to harm the machine.
const OPEN_FILES: u64 = 512;

/// Takes the limits on. They hold for all descendants, each with a count of its own.
pub(crate) fn apply(policy: &Policy) -> Result<(), String> {
    set(Resource::Core, Some(0))?;
    set(Resource::Nofile, Some(OPEN_FILES))?;
    for resource in [Resource::Memlock, Resource::Msgqueue, Resource::Nice, Resource::Rtprio] {
        set(resource, Some(0))?;
    }
    if policy.uses(Mechanism::Limits) {
        set(Resource::Data, policy.memory.map(|mib| mib * MIB))?;
        set(Resource::Cpu, policy.cpu)?;
        set(Resource::Fsize, policy.file_size.map(|mib| mib * MIB))?;
    }
    Ok(())
}

fn set(resource: Resource, value: Option<u64>) -> Result<(), String> {
    if value.is_none() {
        return Ok(());
    }
    setrlimit(resource, Rlimit { current: value, maximum: value })
        .map_err(|error| format!("cannot set the limit {resource:?} to {value:?}: {error}"))
}

/// Joins the control groups that the grader has made: these count all processes together.
pub(crate) fn join_cgroups(policy: &Policy) -> Result<(), String> {
    for file in policy.cgroups.iter().filter(|_| policy.uses(Mechanism::Cgroups)) {
        std::fs::write(file, std::process::id().to_string())
            .map_err(|error| format!("cannot join the control group {}: {error}", file.display()))?;
    }
    Ok(())
}
