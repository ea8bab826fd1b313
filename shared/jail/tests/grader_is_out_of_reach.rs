//! The rules that hold in the jail: as root and as a usual user, with namespaces and without, with control groups and without.
//! The probe of the grader tries it. `docs/src/grading.md` has the same table.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // A test that cannot go on says so by ending.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Some user that nobody is.
const USER: u32 = 54_321;

/// Rules that the kernel at hand does not hold without namespaces, if it is older than some part of Landlock, and rules
/// that it never holds. Everything else has to hold everywhere.
const WITHOUT_NAMESPACES: &[&str] = &[
    "the grader's process can be seen",
    "signals can be sent to the grader", // held from Linux 6.12 on, and by seccomp for judged code
    "shared memory is not limited",      // of programs that may start others, without control groups
];

const WITHOUT_CGROUPS: &str = "the number of processes is not limited";

/// A folder that every user can read, with a jail and a probe in it.
struct Ground(PathBuf);

impl Ground {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("course-jail-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("secrets")).unwrap();
        let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/grader/probe.py");
        for (from, to) in [(Path::new(env!("CARGO_BIN_EXE_course-jail")), "course-jail"), (&*probe, "probe.py")] {
            fs::copy(from, folder.join(to)).unwrap();
        }
        fs::write(folder.join("secrets/secret"), "nobody may read this").unwrap();
        for (path, mode) in [("", 0o755), ("course-jail", 0o755), ("probe.py", 0o644), ("secrets", 0o755)] {
            fs::set_permissions(folder.join(path), Permissions::from_mode(mode)).unwrap();
        }
        Self(folder)
    }

    fn jail(&self) -> PathBuf {
        self.0.join("course-jail")
    }

    /// The forbidden things that the jail's program could do.
    fn probe(&self, user: Option<u32>, options: &[&str], kind: &str) -> Vec<String> {
        let secret = self.0.join("secrets/secret");
        if let Some(user) = user {
            chown(&secret, Some(user), None).unwrap();
            chown(secret.parent().unwrap(), Some(user), None).unwrap();
        }
        let (python, prefix) = python();
        let mut command = Command::new(self.jail());
        command.args(options).args(["--memory", "4096", "--cpu", "60", "--file-size", "64", "--read"]).arg(&prefix);
        for folder in installed(Path::new(&prefix)) {
            command.arg("--hide").arg(folder);
        }
        command.arg("--read").arg(self.0.join("probe.py"));
        if kind == "processes" {
            command.arg("--processes");
        }
        command.arg("--").arg(python).args(["-I", "-X", "utf8"]).arg(self.0.join("probe.py")).arg(secret);
        // The probe knows the grader by its command line, in which this program's name has "grade".
        command.args([&std::process::id().to_string(), kind]).env_clear().current_dir("/").stdin(Stdio::null());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with('['), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        last.trim_matches(['[', ']'])
            .split(", \"")
            .map(|part| part.trim_matches('"').to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // The system cleans its folder of temporary files.
    }
}

/// A Python that every user can read, if there is one, and the folder that it comes from.
fn python() -> (String, String) {
    let question = "import sys; print(sys.executable); print(sys.base_prefix)";
    let systems = Path::new("/usr/bin/python3");
    let program = if systems.exists() { systems } else { Path::new("python3") };
    let output = Command::new(program).args(["-I", "-c", question]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    (lines.next().unwrap(), lines.next().unwrap())
}

/// The folders of the packages of this Python and of the system's own.
fn installed(prefix: &Path) -> Vec<PathBuf> {
    let folders = |above: &Path| -> Vec<PathBuf> {
        fs::read_dir(above).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let named =
        |path: &PathBuf, start: &str| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
    let libraries = [prefix, Path::new("/usr"), Path::new("/usr/local")].map(folders).concat();
    let pythons = libraries.iter().filter(|path| named(path, "lib")).flat_map(|path| folders(path));
    let parts = pythons.filter(|path| named(path, "python3")).flat_map(|path| folders(&path));
    let packages = parts.filter(|path| named(path, "site-packages") || named(path, "dist-packages"));
    packages.filter_map(|path| path.canonicalize().ok()).collect()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

/// Says that this machine cannot provoke something. Past libtest, which would hide it from a test that passes.
fn not_simulated(what: &str) {
    let _ = writeln!(std::io::stderr(), "NOT SIMULATED HERE: {what}");
}

/// The way in which namespaces are made for this user, as the jail says.
fn namespaces(ground: &Ground, user: Option<u32>) -> Option<String> {
    let mut command = Command::new(ground.jail());
    command.arg("--has-namespaces").env_clear().current_dir("/");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let output = command.output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A row of the table, for both kinds of programs.
fn row(ground: &Ground, user: Option<u32>, options: &[&str], with_namespaces: bool, with_cgroups: bool) {
    for kind in ["threads", "processes"] {
        let open = ground.probe(user, options, kind);
        for sentence in &open {
            let known = (!with_namespaces && WITHOUT_NAMESPACES.contains(&sentence.as_str()))
                || (!with_cgroups && sentence == WITHOUT_CGROUPS);
            assert!(known, "user {user:?}, {options:?}, {kind}: {open:#?}");
        }
        if !with_cgroups && kind == "processes" {
            assert!(open.iter().any(|sentence| sentence == WITHOUT_CGROUPS), "the probe sees what is open: {open:#?}");
        }
    }
}

/// Control groups for one jail, removed with the value.
struct ControlGroups(Vec<PathBuf>);

impl ControlGroups {
    fn make(user: Option<u32>) -> Option<Self> {
        // As the grader names its groups: a grader beside this test removes those whose process is gone.
        let name = format!("course-grade-{}-table-{}", std::process::id(), user.unwrap_or(0));
        let limits: [(&str, &[(&str, &str)]); 3] = [
            ("/sys/fs/cgroup/pids", &[("pids.max", "1024")]),
            ("/sys/fs/cgroup/memory", &[("memory.limit_in_bytes", "8589934592")]),
            ("/sys/fs/cgroup", &[("pids.max", "1024"), ("memory.max", "8589934592")]),
        ];
        let mut made = Vec::new();
        for (tree, limits) in limits {
            let group = Path::new(tree).join(&name);
            if Path::new(tree).join("cgroup.procs").is_file() && fs::create_dir(&group).is_ok() {
                if limits.iter().all(|(file, value)| fs::write(group.join(file), value).is_ok()) {
                    chown(group.join("cgroup.procs"), user, None).unwrap();
                    made.push(group);
                } else {
                    let _ = fs::remove_dir(group); // Nothing is in it.
                }
            }
        }
        made.iter().any(|group| group.join("pids.max").exists()).then_some(Self(made))
    }

    fn options(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|group| ["--cgroup".to_owned(), group.join("cgroup.procs").display().to_string()])
            .collect()
    }
}

impl Drop for ControlGroups {
    fn drop(&mut self) {
        for group in &self.0 {
            let emptied = (0..500).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(10));
                fs::remove_dir(group).is_ok()
            });
            assert!(emptied || std::thread::panicking(), "{} is not empty", group.display());
        }
    }
}

/// All that this machine can show of one user's half of the table.
fn half(user: Option<u32>, name: &str) {
    let ground = Ground::new(name);
    let how = namespaces(&ground, user);
    if how.is_none() {
        not_simulated(&format!("namespaces of {name}"));
    }
    let groups = ControlGroups::make(user);
    let groups_options = groups.as_ref().map(ControlGroups::options).unwrap_or_default();
    if groups.is_none() {
        not_simulated(&format!("control groups of {name}"));
    }
    for with_cgroups in [false, true] {
        if with_cgroups && groups.is_none() {
            continue;
        }
        let mut options: Vec<&str> = Vec::new();
        if with_cgroups {
            options.extend(groups_options.iter().map(String::as_str));
        }
        if let Some(how) = &how {
            let privileged = if how == "privileged" { vec!["--privileged"] } else { Vec::new() };
            row(&ground, user, &[options.clone(), privileged].concat(), true, with_cgroups);
        }
        row(&ground, user, &[options, vec!["--without", "namespaces"]].concat(), false, with_cgroups);
    }
}

#[test]
fn a_usual_users_half_of_the_table() {
    if is_root() {
        half(Some(USER), "a usual user");
    } else {
        half(None, "this user");
    }
}

#[test]
fn roots_half_of_the_table() {
    if is_root() {
        half(None, "root");
    } else {
        not_simulated("root");
    }
}

/// The probe must see what a missing mechanism leaves open, or its silence proves nothing.
#[test]
fn without_its_mechanisms_the_jail_is_open_and_the_probe_says_so() {
    let ground = Ground::new("open");
    let options =
        ["namespaces", "user", "landlock", "seccomp", "limits", "cgroups"].map(|name| ["--without", name]).concat();
    let open = ground.probe(is_root().then_some(USER), &options, "threads");
    for sentence in [
        "the grader's files can be read",
        "files of the machine can be read",
        "files outside the jail can be written",
        "permissions, times and attributes of files outside the jail can be changed",
        "the grader's process can be seen",
        "sockets of unusual families can be made",
        "memory is not limited",
        "shared memory is not limited",
        "the size of files is not limited",
        "other processes can be started",
    ] {
        assert!(open.iter().any(|found| found == sentence), "{sentence} is missing in {open:#?}");
    }
    if !open.iter().any(|found| found == "calls of the x32 ABI can be made") {
        not_simulated("calls of the x32 ABI: this kernel does not know them");
    }
}

/// Tries each change to a file on its own: `change_files` stops at the first one that succeeds. It waits before each, so
/// that the time of the last change differs.
const EACH_CHANGE: &str = "
import sys, time
folder, secret = sys.argv[1:]
sys.path.insert(0, folder)
import probe
for name, act in probe.CHANGES_TO_FILES.items():
    time.sleep(0.02)
    try:
        probe.really(act, secret)
    except OSError:
        continue
    print(name)
";

/// The changes to a file of its own user that the program can make in a jail with these options.
fn changes_to_files(ground: &Ground, options: &[&str]) -> Vec<String> {
    let (python, _) = python();
    let mut command = Command::new(ground.jail());
    command.args(options).arg("--").arg(python).args(["-I", "-B", "-c", EACH_CHANGE]);
    command.arg(&ground.0).arg(ground.0.join("secrets/secret")).env_clear().current_dir("/");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn seccomp_alone_holds_each_change_to_a_file() {
    let ground = Ground::new("changes");
    let without_others =
        ["namespaces", "user", "landlock", "limits", "cgroups"].map(|name| ["--without", name]).concat();
    let open = changes_to_files(&ground, &[&without_others[..], &["--without", "seccomp"]].concat());
    for sure in ["chmod", "fchmod", "chown", "fchown", "utimensat"] {
        assert!(open.iter().any(|found| found == sure), "the probe does not see {sure}: {open:?}");
    }
    for new in ["setxattr", "setxattrat", "file_setattr", "FS_IOC_SETFLAGS", "FS_IOC_FSSETXATTR"] {
        if !open.iter().any(|found| found == new) {
            not_simulated(&format!("{new}: this kernel, or the file system of temporary files, does not know it"));
        }
    }
    assert_eq!(changes_to_files(&ground, &without_others), [""; 0]);
    assert_eq!(changes_to_files(&ground, &[&without_others[..], &["--processes"]].concat()), [""; 0]);
}

/// Tries each kind of socket that leads out of a process.
const EACH_SOCKET: &str = "
import socket
MPTCP, MSG_FASTOPEN = 262, 0x20000000
here = ('127.0.0.1', 9)
def attempt(name, act):
    try:
        act()
    except PermissionError:
        return
    except OSError:
        pass
    print(name)
tcp = (socket.AF_INET, socket.SOCK_STREAM)
attempt('TCP', lambda: socket.socket(*tcp).connect(here))
attempt('TCP by its number', lambda: socket.socket(*tcp, 6).connect(here))
attempt('MPTCP', lambda: socket.socket(*tcp, MPTCP))
attempt('fast open', lambda: socket.socket(*tcp).sendto(b'', MSG_FASTOPEN, here))
attempt('fast open in a message', lambda: socket.socket(*tcp).sendmsg([b''], [], MSG_FASTOPEN, here))
attempt('UDP', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
attempt('UDP that does not block', lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
attempt('a name in the file system', lambda: socket.socket(socket.AF_UNIX))
attempt('datagrams of the machine', lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt('a pair', lambda: socket.socketpair())
";

#[test]
fn outside_of_namespaces_nothing_but_tcp_can_be_made_and_only_where_it_is_needed() {
    let ground = Ground::new("sockets");
    let made = |options: &[&str]| {
        let mut command = Command::new(ground.jail());
        command.args(["--without", "namespaces", "--without", "landlock", "--without", "user"]).args(options);
        command.arg("--").arg(python().0).args(["-I", "-B", "-c", EACH_SOCKET]).env_clear().current_dir("/");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let open = made(&["--without", "seccomp"]);
    for way in ["TCP", "fast open", "UDP", "a name in the file system", "a pair"] {
        assert!(open.iter().any(|found| found == way), "{way} does not work even without the filter: {open:?}");
    }
    assert_eq!(made(&[]), ["a pair"]);
    assert_eq!(made(&["--processes"]), ["a pair"]);
    assert_eq!(made(&["--network"]), ["TCP", "TCP by its number", "a pair"]);
}

#[test]
fn a_hidden_folder_below_a_readable_one_is_out_of_reach() {
    let ground = Ground::new("hidden");
    let (readable, hidden) = (ground.0.join("prefix"), ground.0.join("prefix/lib/site-packages"));
    fs::create_dir_all(hidden.join("tally")).unwrap();
    fs::write(readable.join("lib/module"), "needed").unwrap();
    fs::write(hidden.join("tally/solution"), "installed").unwrap();
    let mut ways = vec![vec!["--without", "namespaces"]];
    match namespaces(&ground, None).as_deref() {
        Some("privileged") => ways.push(vec!["--privileged"]),
        Some(_) => ways.push(Vec::new()),
        None => not_simulated("namespaces"),
    }
    for options in ways {
        let cat = |path: &Path, hide: bool| {
            let mut command = Command::new(ground.jail());
            command.args(&options).arg("--read").arg(&readable).env_clear().current_dir("/");
            if hide {
                command.arg("--hide").arg(&hidden);
            }
            String::from_utf8(command.arg("--").arg("/bin/cat").arg(path).output().unwrap().stdout).unwrap()
        };
        assert_eq!(cat(&hidden.join("tally/solution"), false), "installed", "{options:?}");
        assert_eq!(cat(&hidden.join("tally/solution"), true), "", "{options:?}");
        assert_eq!(cat(&readable.join("lib/module"), true), "needed", "{options:?}");
    }
}

/// Root whose files nobody else can read stays root, and the probe says so.
#[test]
fn where_nobody_cannot_read_the_program_root_stays_root() {
    if !is_root() {
        return not_simulated("root");
    }
    let ground = Ground::new("closed");
    fs::set_permissions(ground.0.join("probe.py"), Permissions::from_mode(0o600)).unwrap();
    let open = ground.probe(None, &["--without", "namespaces"], "threads");
    assert!(open.iter().any(|found| found == "the jail's user is root on the machine"), "{open:#?}");
    assert!(!open.iter().any(|found| found == "the jail's user has rights of root"), "{open:#?}");
}
