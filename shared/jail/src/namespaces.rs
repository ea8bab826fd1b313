//! Namespaces through bubblewrap: a file system with nothing else in it, no other processes, no network,
//! another user.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::arguments::Policy;
use crate::files::SYSTEM;
use crate::mechanism::Mechanism;
use crate::user;

/// The user in there, by bubblewrap's option.
const NOBODY: &str = "65534";

/// Bytes that `/tmp` and `/dev/shm` may hold.
const TEMPORARY: &str = "268435456";

/// All but the one of users.
const UNSHARE: &[&str] = &["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];

/// With a namespace of users, anybody may make the others. The user in there is the one outside under another name.
const UNSHARE_USER: &[&str] = &["--unshare-user"];

/// Root needs none, and can become somebody else in there.
const STAY_ROOT: &[&str] = &["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"];

/// The way in which bubblewrap makes namespaces here: "privileged" by root, "user" by anybody; `None` if it is missing,
/// does not know the options below (0.7 does), or may make none.
pub(crate) fn how_made() -> Option<&'static str> {
    let bubblewrap = find()?;
    let works = |arguments: &[&str]| {
        let mut probe = Command::new(&bubblewrap);
        probe.args(UNSHARE).args(["--cap-drop", "ALL"]).args(arguments);
        probe.args(["--ro-bind", "/", "/", "--perms", "1777", "--size", TEMPORARY, "--tmpfs", "/tmp"]);
        probe.args(["--proc", "/proc", "/bin/true"]);
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    if user::is_root() && works(STAY_ROOT) { Some("privileged") } else { works(UNSHARE_USER).then_some("user") }
}

/// bubblewrap, about to start this program again inside. If it then cannot make the namespaces, nothing is started: a
/// submission must not get rid of them by using up what they need.
pub(crate) fn command(policy: &Policy) -> Result<Command, String> {
    let bubblewrap = find().ok_or("bubblewrap is missing; `--without namespaces` does without")?;
    let own = std::env::current_exe().map_err(|error| format!("cannot tell its own path: {error}"))?;
    let becomes_nobody = policy.privileged && policy.uses(Mechanism::User) && user::nobody_can_read(policy, false);
    let mut command = Command::new(bubblewrap);
    command.args(UNSHARE).args(["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "jail"]);
    if becomes_nobody {
        user::give_to_nobody(policy)?;
        command.args(STAY_ROOT);
    } else {
        command.args(UNSHARE_USER).args(["--uid", NOBODY, "--gid", NOBODY]);
    }
    command.args(["--dev", "/dev"]);
    for path in [Path::new("/dev/shm"), Path::new("/tmp")] {
        temporary(&mut command, path);
    }
    for path in SYSTEM.iter().filter(|path| **path != "/proc") {
        bind(&mut command, "--ro-bind-try", Path::new(path));
    }
    for path in &policy.read {
        bind(&mut command, "--ro-bind-try", path);
    }
    for path in policy.hide.iter().filter(|path| path.is_dir()) {
        command.args(["--perms", "0555", "--size", "4096", "--tmpfs"]).arg(path).arg("--remount-ro").arg(path);
    }
    for path in &policy.write {
        bind(&mut command, "--bind", path);
    }
    for path in &policy.scratch {
        temporary(&mut command, path);
    }
    bind(&mut command, "--ro-bind", &own);
    command.args(["--proc", "/proc"]);
    // bubblewrap does so itself only where it could write to them.
    for path in ["/proc/sys", "/proc/irq", "/proc/bus", "/proc/sysrq-trigger"] {
        command.args(["--ro-bind-try", path, path]);
    }
    command.args(["--remount-ro", "/", "--chdir"]);
    command.arg(policy.folder.as_deref().unwrap_or(Path::new("/tmp")));
    command.arg("--").arg(&own).arg("--inside");
    if becomes_nobody {
        command.arg("--become-nobody");
    }
    command.args(policy.original.iter().map(OsString::as_os_str));
    Ok(command)
}

/// A folder in memory, for every user in there.
fn temporary(command: &mut Command, path: &Path) {
    command.args(["--perms", "1777", "--size", TEMPORARY, "--tmpfs"]).arg(path);
}

fn bind(command: &mut Command, how: &str, path: &Path) {
    // Left to itself, bubblewrap makes them for its own user alone.
    let mut above: Vec<&Path> = path.ancestors().skip(1).filter(|folder| folder.parent().is_some()).collect();
    above.reverse();
    for folder in above {
        command.arg("--dir").arg(folder);
    }
    // A link such as /bin → usr/bin is made again rather than followed.
    match std::fs::read_link(path) {
        Ok(target) => command.arg("--symlink").arg(target).arg(path),
        Err(_) => command.arg(how).arg(path).arg(path),
    };
}

/// The program in the folder of Debian, Fedora or others. Not from `PATH`: that is the caller's.
fn find() -> Option<PathBuf> {
    ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"].into_iter().map(PathBuf::from).find(|path| path.is_file())
}
