//! The files that may be touched: Landlock, which needs no privilege. It stands behind the namespaces' view of the file
//! system, and in its place where there are none.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, Scope,
};

use crate::arguments::Policy;

/// The newest rights that are asked for; an older kernel keeps those that it knows.
const NEWEST: ABI = ABI::V6;

/// The files that every program needs to start: libraries, time zones, the random device.
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
        // In namespaces, something else lies in the place of hidden folders.
        let hide = if policy.inside { &[] } else { &policy.hide[..] };
        for path in SYSTEM {
            rules = allow_but(rules, Path::new(path), hide)?;
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
            rules = allow_but(rules, path, hide)?;
        }
        for path in policy.write.iter().chain(&policy.scratch) {
            rules = allow(rules, path, all)?;
        }
        rules.restrict_self()?;
        Ok(())
    };
    make().map_err(|error| format!("Landlock: {error}"))
}

/// Lets a folder be read, except the hidden folders in it. Landlock's rules only add: a folder above a hidden one may be
/// listed, and each of its other entries gets a rule of its own.
fn allow_but(rules: RulesetCreated, path: &Path, hide: &[PathBuf]) -> Result<RulesetCreated, landlock::RulesetError> {
    let Ok(path) = path.canonicalize() else { return Ok(rules) };
    if hide.contains(&path) {
        return Ok(rules);
    }
    if !hide.iter().any(|hidden| hidden.starts_with(&path)) {
        return allow(rules, &path, AccessFs::from_read(NEWEST));
    }
    let mut rules = allow(rules, &path, AccessFs::ReadDir.into())?;
    for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
        // A link leads to something that has a rule of its own, or none.
        if !entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            rules = allow_but(rules, &entry.path(), hide)?;
        }
    }
    Ok(rules)
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
