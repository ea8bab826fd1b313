//! The rights of the program. A grader that runs as root hands its rights on to nobody: the program is the machine's user
//! "nobody", without capabilities. A grader of a usual user has nothing to hand on but that user's own rights, which
//! namespaces and Landlock narrow.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Gid, Uid};
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::arguments::Policy;

/// The user and the group "nobody".
pub(crate) const NOBODY: u32 = 65534;

/// The newest capability's number that any kernel may have.
const LAST_CAPABILITY: u32 = 63;

/// Whether this process is root, with root's rights, and where there is a "nobody" to become: in a container or another
/// namespace of users there may be none.
pub(crate) fn is_root() -> bool {
    let maps_nobody = |map: &str| std::fs::read_to_string(map).is_ok_and(|map| map.lines().any(has_nobody));
    rustix::process::geteuid().is_root()
        && maps_nobody("/proc/self/uid_map")
        && maps_nobody("/proc/self/gid_map")
        && std::fs::read_to_string("/proc/self/setgroups").is_ok_and(|answer| answer.trim() == "allow")
        && rustix::thread::capabilities(None).is_ok_and(|own| {
            own.effective.contains(CapabilitySet::SETUID | CapabilitySet::SETGID | CapabilitySet::CHOWN)
        })
}

/// Whether a line of a map of users, `first inside, first outside, how many`, has "nobody" in it.
fn has_nobody(line: &str) -> bool {
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    matches!(numbers[..], [first, _, count] if (first..first + count).contains(&u64::from(NOBODY)))
}

/// Whether "nobody" can read all that the program needs. `whole_way` says that the folders above count too: they do
/// where the program sees the machine's own files.
pub(crate) fn nobody_can_read(policy: &Policy, whole_way: bool) -> bool {
    let program = Path::new(&policy.program);
    let needed = policy.read.iter().chain(policy.folder.as_ref()).map(|path| path.as_path()).chain([program]);
    needed.filter(|path| path.exists()).all(|path| {
        let Ok(path) = path.canonicalize() else { return false };
        let above = path.ancestors().skip(1).filter(|_| whole_way);
        is_open_to_others(&path) && above.into_iter().all(is_open_to_others)
    })
}

/// Whether the permissions of a file or folder let everybody read it, and folders be entered.
fn is_open_to_others(path: &Path) -> bool {
    let wanted = if path.is_dir() { 0o005 } else { 0o004 };
    path.metadata().is_ok_and(|about| about.mode() & wanted == wanted)
}

/// Gives the folders that the program may write to, to the user that it will be.
pub(crate) fn give_to_nobody(policy: &Policy) -> Result<(), String> {
    for path in policy.write.iter().chain(&policy.scratch) {
        rustix::fs::chown(path, Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY)))
            .map_err(|error| format!("cannot give {} to nobody: {error}", path.display()))?;
    }
    Ok(())
}

/// Becomes "nobody" for good: with the last of root's three numbers, all capabilities go.
pub(crate) fn become_nobody() -> Result<(), String> {
    let failed = |error: rustix::io::Errno| format!("cannot become the user nobody: {error}");
    empty_bounding_set();
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    rustix::thread::set_thread_groups(&[]).map_err(failed)?;
    rustix::thread::set_thread_res_gid(group, group, group).map_err(failed)?;
    rustix::thread::set_thread_res_uid(user, user, user).map_err(failed)
}

/// For all that comes of this process: no capability, and no program that has more rights than its caller.
pub(crate) fn give_up_rights() -> Result<(), String> {
    let failed = |error: rustix::io::Errno| format!("cannot give up its rights: {error}");
    empty_bounding_set();
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, none).map_err(failed)?;
    rustix::thread::set_no_new_privs(true).map_err(failed)
}

/// Root would get all capabilities back when it starts a program, but for those that are not in this set. A process
/// that may not change it has none to lose.
fn empty_bounding_set() {
    for number in 0..=LAST_CAPABILITY {
        let _ = rustix::thread::remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number));
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_map_of_users_may_lack_nobody() {
        for (map, expected) in [("0 0 4294967295", true), ("0 1000 1", false), ("1 100000 65536", true), ("", false)] {
            assert_eq!(has_nobody(map), expected, "{map}");
        }
    }

    #[test]
    fn what_others_cannot_read_nobody_cannot() {
        let folder = std::env::temp_dir().join(format!("jail-user-{}", std::process::id()));
        let inner = folder.join("inner");
        fs::create_dir_all(&inner).unwrap();
        let policy =
            |path: &Path| Policy { read: vec![path.to_owned()], program: "/bin/sh".into(), ..Policy::default() };
        let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        set(&folder, 0o755);
        set(&inner, 0o755);
        assert!(nobody_can_read(&policy(&inner), false));
        set(&folder, 0o700);
        assert!(nobody_can_read(&policy(&inner), false), "in a view of its own, folders above do not count");
        assert!(!nobody_can_read(&policy(&inner), true));
        set(&folder, 0o755);
        set(&inner, 0o750);
        assert!(!nobody_can_read(&policy(&inner), false));
        fs::remove_dir_all(folder).unwrap();
    }
}
