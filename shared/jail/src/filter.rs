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
    // Other processes' memory and descriptors.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    // Other views of the machine.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_open_by_handle_at,
    // Large and little used parts of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
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

/// Makes the two filters hold, for this process and all that come of it.
pub(crate) fn apply(policy: &Policy) -> Result<(), String> {
    let filters = [
        // The C library falls back from `clone3`, whose flags a filter cannot see, to `clone`, whose flags it can.
        (Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS),
        (rules(policy)?, libc::EPERM),
    ];
    for (rules, errno) in filters {
        seccompiler::apply_filter(&compile(rules, errno)?).map_err(|error| format!("seccomp: {error}"))?;
    }
    Ok(())
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| format!("seccomp: {error}"))?;
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno.unsigned_abs()), arch)
        .and_then(BpfProgram::try_from)
        .map_err(|error| format!("seccomp: {error}"))
}

fn rules(policy: &Policy) -> Result<Rules, String> {
    let mut rules: Rules = NEVER.iter().map(|call| (*call, Vec::new())).collect();
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
    let mut clone = namespaces.into_iter().map(|flag| flags(flag, flag)).collect::<Result<Vec<_>, _>>()?;
    if !policy.processes {
        clone.push(flags(libc::CLONE_THREAD, 0)?); // Threads, but no processes.
        rules.extend(legacy_forks().iter().map(|call| (*call, Vec::new())));
    }
    if !policy.processes && !policy.network {
        // The one socket that it needs is open already; nothing else is there to talk to.
        for call in [libc::SYS_socket, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen] {
            rules.insert(call, Vec::new());
        }
    }
    rules.insert(libc::SYS_clone, clone);
    // Letters typed into the terminal that the grader was started from.
    let typed = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, libc::TIOCSTI);
    rules.insert(libc::SYS_ioctl, vec![rule(typed)?]);
    Ok(rules)
}

/// `clone` with `flags & mask == value`.
fn flags(mask: i32, value: i32) -> Result<SeccompRule, String> {
    let mask = u64::from(mask.cast_unsigned());
    let value = u64::from(value.cast_unsigned());
    rule(SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(mask), value))
}

fn rule(condition: Result<SeccompCondition, seccompiler::BackendError>) -> Result<SeccompRule, String> {
    condition.and_then(|condition| SeccompRule::new(vec![condition])).map_err(|error| format!("seccomp: {error}"))
}

#[cfg(target_arch = "x86_64")]
fn legacy_forks() -> &'static [i64] {
    &[libc::SYS_fork, libc::SYS_vfork]
}

#[cfg(not(target_arch = "x86_64"))]
fn legacy_forks() -> &'static [i64] {
    &[] // Newer architectures have `clone` only.
}
