//! Which system calls may be made: those that an extension, Python and a linker need. What only serves to look at other
//! processes, to leave the jail or to reach deep into the kernel is refused, with an error rather than death, as honest
//! libraries try some of them and go on without.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::arguments::Policy;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refused always.
const NEVER: &[i64] = &[
    // Other processes' memory, descriptors and signals.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_tkill,
    // Other views of the machine.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_fsmount,
    libc::SYS_open_by_handle_at,
    // Memory that the limits of a process do not count.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    // Large and little used parts of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_fanotify_init,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_personality,
    // The machine itself.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
];

/// Calls whose first argument names a process, and which may name the caller alone.
const ABOUT_A_PROCESS: &[i64] = &[
    libc::SYS_prlimit64,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
];

/// Changes to files by their name or descriptor. Landlock does not know these, so where the jail sees the machine's own
/// files, it does without them.
const ABOUT_FILES: &[i64] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
];

/// The same number everywhere; not every version of libc names it.
const FCHMODAT2: i64 = 452;

/// The families of sockets that exercises use. Others (vsock, netlink, packets) lead out of the namespaces, or into
/// little used parts of the kernel.
const FAMILIES: [i32; 3] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];

/// From `linux/ioprio.h` and `sys/resource.h`: settings of one process, and of all processes of a user.
const IOPRIO_WHO_USER: i32 = 3;
const PRIO_USER: i32 = 2;

/// Makes the filters hold, for this process and all that come of it.
pub(crate) fn apply(policy: &Policy) -> Result<(), String> {
    let own = std::process::id();
    let mut filters = vec![
        // The C library falls back from `clone3`, whose flags a filter cannot see, to `clone`, whose flags it can.
        (Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS),
        (rules(policy, own)?, libc::EPERM),
    ];
    if !policy.inside {
        // A linker makes its product executable and would give up over a refusal; nothing here needs that to be true. So
        // a program that may start others, as a compiler may, is told that it has succeeded.
        let answer = if policy.processes { 0 } else { libc::EPERM };
        let calls = ABOUT_FILES.iter().chain(legacy_calls_about_files());
        filters.push((calls.map(|call| (*call, Vec::new())).collect(), answer));
    }
    for (rules, errno) in filters {
        seccompiler::apply_filter(&compile(rules, errno)?).map_err(|error| format!("seccomp: {error}"))?;
    }
    Ok(())
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| format!("seccomp: {error}"))?;
    let rules = with_other_numbers(rules);
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno.unsigned_abs()), arch)
        .and_then(BpfProgram::try_from)
        .map_err(|error| format!("seccomp: {error}"))
}

fn rules(policy: &Policy, own: u32) -> Result<Rules, String> {
    let mut rules: Rules = NEVER.iter().chain(legacy_calls()).map(|call| (*call, Vec::new())).collect();
    // A namespace of its own would give it capabilities there.
    let namespaces = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let mut clone = namespaces.into_iter().map(|flag| flags(0, flag, flag)).collect::<Result<Vec<_>, _>>()?;
    if !policy.processes {
        clone.push(flags(0, libc::CLONE_THREAD, 0)?); // Threads, but no processes.
        rules.extend(legacy_forks().iter().map(|call| (*call, Vec::new())));
    }
    rules.insert(libc::SYS_clone, clone);
    if policy.processes || policy.network {
        rules.insert(libc::SYS_socket, vec![none_of(0, &FAMILIES)?]);
    } else {
        // The one socket that it needs is open already; nothing else is there to talk to.
        for call in [libc::SYS_socket, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen] {
            rules.insert(call, Vec::new());
        }
    }
    rules.insert(libc::SYS_socketpair, vec![none_of(0, &[libc::AF_UNIX])?]);
    let itself = [0, own.cast_signed()];
    for call in ABOUT_A_PROCESS {
        rules.insert(*call, vec![none_of(0, &itself)?]);
    }
    rules.insert(libc::SYS_setpriority, vec![none_of(1, &itself)?, is(0, PRIO_USER)?]);
    rules.insert(libc::SYS_ioprio_set, vec![none_of(1, &itself)?, is(0, IOPRIO_WHO_USER)?]);
    if policy.processes {
        rules.insert(libc::SYS_kill, vec![is(0, -1)?]); // Everybody whom it may signal.
    } else {
        rules.insert(libc::SYS_kill, vec![none_of(0, &itself[1..])?]);
        rules.insert(libc::SYS_tgkill, vec![none_of(0, &itself[1..])?]);
    }
    // A signal to whoever it likes, sent by the kernel when a descriptor is ready.
    let owners = [libc::F_SETOWN, F_SETOWN_EX, F_SETSIG];
    rules.insert(libc::SYS_fcntl, owners.into_iter().map(|command| is(1, command)).collect::<Result<_, _>>()?);
    // Letters typed into the terminal that the grader was started from, and the same signals once more.
    let commands = [libc::TIOCSTI, libc::TIOCLINUX, FIOSETOWN, SIOCSPGRP];
    let commands = commands.into_iter().map(|command| equal(1, u64::from(command as u32)));
    rules.insert(libc::SYS_ioctl, commands.collect::<Result<_, _>>()?);
    // Shared memory without a file.
    let anonymous = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    rules.insert(libc::SYS_mmap, vec![flags(3, anonymous, anonymous)?]);
    Ok(rules)
}

/// From `linux/fcntl.h`, `asm-generic/ioctls.h` and `asm-generic/sockios.h`.
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;
const FIOSETOWN: libc::Ioctl = 0x8901;
const SIOCSPGRP: libc::Ioctl = 0x8902;

/// An argument with `argument & mask == value`.
fn flags(argument: u8, mask: i32, value: i32) -> Result<SeccompRule, String> {
    let mask = u64::from(mask.cast_unsigned());
    let value = u64::from(value.cast_unsigned());
    rule(vec![condition(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(mask), value)?])
}

/// An argument that is this one, of which the kernel reads the lower half.
fn is(argument: u8, value: i32) -> Result<SeccompRule, String> {
    equal(argument, u64::from(value.cast_unsigned()))
}

fn equal(argument: u8, value: u64) -> Result<SeccompRule, String> {
    rule(vec![condition(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?])
}

/// An argument that is none of these.
fn none_of(argument: u8, values: &[i32]) -> Result<SeccompRule, String> {
    let value = |value: &i32| u64::from(value.cast_unsigned());
    let differs = |from| condition(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, value(from));
    rule(values.iter().map(differs).collect::<Result<_, _>>()?)
}

fn condition(
    argument: u8,
    length: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, String> {
    SeccompCondition::new(argument, length, operator, value).map_err(|error| format!("seccomp: {error}"))
}

/// A rule that matches where all conditions do.
fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, String> {
    SeccompRule::new(conditions).map_err(|error| format!("seccomp: {error}"))
}

/// The same calls have second numbers on x86-64, for the x32 ABI, where the kernel knows it.
#[cfg(target_arch = "x86_64")]
fn with_other_numbers(rules: Rules) -> Rules {
    const X32: i64 = 0x4000_0000;
    let others: Rules = rules.iter().map(|(call, rules)| (call | X32, rules.clone())).collect();
    rules.into_iter().chain(others).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn with_other_numbers(rules: Rules) -> Rules {
    rules
}

#[cfg(target_arch = "x86_64")]
fn legacy_forks() -> &'static [i64] {
    &[libc::SYS_fork, libc::SYS_vfork]
}

#[cfg(not(target_arch = "x86_64"))]
fn legacy_forks() -> &'static [i64] {
    &[] // Newer architectures have `clone` only.
}

#[cfg(target_arch = "x86_64")]
fn legacy_calls() -> &'static [i64] {
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib, libc::SYS_kexec_file_load]
}

#[cfg(not(target_arch = "x86_64"))]
fn legacy_calls() -> &'static [i64] {
    &[]
}

#[cfg(target_arch = "x86_64")]
fn legacy_calls_about_files() -> &'static [i64] {
    &[libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat]
}

#[cfg(not(target_arch = "x86_64"))]
fn legacy_calls_about_files() -> &'static [i64] {
    &[]
}
