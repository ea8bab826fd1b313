//! Namespaces through bubblewrap: a file system with nothing else in it, no other processes, no network, another user.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::arguments::Policy;
use crate::files::SYSTEM;

/// The user in there: "nobody".
const NOBODY: &str = "65534";

/// Bytes that `/tmp` and `/dev/shm` may hold.
const TEMPORARY: &str = "268435456";

/// Whether bubblewrap is there, knows what it is asked for below (0.7 does), and may make namespaces.
pub(crate) fn available() -> bool {
    let Some(bubblewrap) = find() else { return false };
    let mut probe = Command::new(bubblewrap);
    probe.args(UNSHARE).args(["--ro-bind", "/", "/", "--size", TEMPORARY, "--tmpfs", "/tmp", "--proc", "/proc"]);
    probe.arg("/bin/true");
    probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// bubblewrap, about to start this program again inside. If it then cannot make the namespaces, nothing is started: a
/// submission must not get rid of them by using up what they need.
pub(crate) fn command(policy: &Policy) -> Result<Command, String> {
    let bubblewrap = find().ok_or("bubblewrap is missing; `--without namespaces` does without")?;
    let own = std::env::current_exe().map_err(|error| format!("cannot tell its own path: {error}"))?;
    let mut command = Command::new(bubblewrap);
    command.args(UNSHARE).args(["--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
    command.args(["--uid", NOBODY, "--gid", NOBODY, "--hostname", "jail"]);
    command.args(["--dev", "/dev", "--size", TEMPORARY, "--tmpfs", "/dev/shm", "--size", TEMPORARY, "--tmpfs", "/tmp"]);
    for path in SYSTEM.iter().filter(|path| **path != "/proc") {
        bind(&mut command, "--ro-bind-try", Path::new(path));
    }
    for path in &policy.read {
        bind(&mut command, "--ro-bind-try", path);
    }
    for path in &policy.write {
        bind(&mut command, "--bind", path);
    }
    for path in &policy.scratch {
        command.args(["--size", TEMPORARY, "--tmpfs"]).arg(path);
    }
    bind(&mut command, "--ro-bind", &own);
    command.args(["--proc", "/proc", "--remount-ro", "/", "--chdir"]);
    command.arg(policy.folder.as_deref().unwrap_or(Path::new("/tmp")));
    command.arg("--").arg(&own).arg("--inside");
    command.args(policy.original.iter().map(OsString::as_os_str));
    Ok(command)
}

const UNSHARE: &[&str] =
    &["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];

fn bind(command: &mut Command, how: &str, path: &Path) {
    // A link such as /bin → usr/bin is made again rather than followed.
    match std::fs::read_link(path) {
        Ok(target) => command.arg("--symlink").arg(target).arg(path),
        Err(_) => command.arg(how).arg(path).arg(path),
    };
}

/// Where Debian, Fedora and others put it. Not from `PATH`: that is the caller's.
fn find() -> Option<PathBuf> {
    ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"].into_iter().map(PathBuf::from).find(|path| path.is_file())
}
