//! Which files may be touched: Landlock, which needs no privilege. It stands behind the namespaces' view of the file system,
//! and in its place where there are none.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, Scope,
};

use crate::arguments::Policy;

/// The newest rights that are asked for; an older kernel keeps those that it knows.
const NEWEST: ABI = ABI::V6;

/// What every program needs to start: libraries, time zones, the random device.
pub(crate) const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/proc",
    "/sys/devices/system/cpu",
];

/// Devices that may be opened for writing too.
/// Not `/dev/zero`: mapped as shared, it is memory that no limit of a process counts.
const DEVICES: &[&str] = &["/dev/null", "/dev/full", "/dev/random", "/dev/urandom"];

/// Takes the rules on. A kernel without Landlock is no error here: the probe finds out.
pub(crate) fn restrict(policy: &Policy) -> Result<(), String> {
    let reading = AccessFs::from_read(NEWEST);
    let all = AccessFs::from_all(NEWEST);
    let make = || -> Result<(), landlock::RulesetError> {
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(all)?
            .scope(Scope::from_all(NEWEST))?;
        if !policy.network {
            rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
        }
        let mut rules = rules.create()?;
        for path in SYSTEM {
            rules = allow(rules, Path::new(path), reading)?;
        }
        for path in DEVICES {
            rules = allow(rules, Path::new(path), all)?;
        }
        if policy.inside {
            // Its own, in memory and sized.
            rules = allow(rules, Path::new("/tmp"), all)?;
        }
        if policy.inside || policy.processes {
            // Python's semaphores between processes are files there.
            rules = allow(rules, Path::new("/dev/shm"), all)?;
        }
        for path in &policy.read {
            rules = allow(rules, path, reading)?;
        }
        for path in policy.write.iter().chain(&policy.scratch) {
            rules = allow(rules, path, all)?;
        }
        rules.restrict_self()?;
        Ok(())
    };
    make().map_err(|error| format!("Landlock: {error}"))
}

/// A path that does not exist needs no rule: nothing is there to be touched.
fn allow(
    rules: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, landlock::RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(rules) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
    rules.add_rule(PathBeneath::new(opened, access))
}
