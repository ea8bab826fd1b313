//! The system calls that may be made: those that an extension, Python and a linker need. Calls that only serve to look
//! at other processes, to leave the jail or to reach deep into the kernel are refused, with an error rather than death,
//! as honest libraries try some of them and go on without.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, sock_filter,
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
    OPEN_TREE_ATTR,
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
    QUOTACTL_FD,
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
    SETXATTRAT,
    REMOVEXATTRAT,
    FILE_SETATTR,
];

/// These have the same numbers everywhere; not every version of libc names them.
const QUOTACTL_FD: i64 = 443;
const FCHMODAT2: i64 = 452;
const SETXATTRAT: i64 = 463;
const REMOVEXATTRAT: i64 = 466;
const OPEN_TREE_ATTR: i64 = 467;
const FILE_SETATTR: i64 = 469;

/// The families of sockets that exercises use. Others (vsock, netlink, packets) lead out of the namespaces, or into
/// little used parts of the kernel.
const FAMILIES: [i32; 3] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];

/// Those of TCP.
const FAMILIES_OF_TCP: [i32; 2] = [libc::AF_INET, libc::AF_INET6];

/// From `linux/net.h`: the bits of a socket's type without its flags.
const SOCK_TYPE_MASK: u32 = 0xf;

/// From `linux/ioprio.h` and `sys/resource.h`: settings of one process, and of all processes of a user.
const IOPRIO_WHO_USER: i32 = 3;
const PRIO_USER: i32 = 2;

/// Makes the filters hold, for this process and all that come of it.
pub(crate) fn apply(policy: &Policy) -> Result<(), String> {
    for program in programs(policy, std::process::id())? {
        seccompiler::apply_filter(&program).map_err(|error| format!("seccomp: {error}"))?;
    }
    Ok(())
}

/// The filters for a process of this number. The kernel asks all of them about each call, and the strictest answer holds.
fn programs(policy: &Policy, own: u32) -> Result<Vec<BpfProgram>, String> {
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
    let mut programs: Vec<BpfProgram> = numbers_of_other_abis().into_iter().collect();
    for (rules, errno) in filters {
        programs.push(compile(rules, errno)?);
    }
    Ok(programs)
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| format!("seccomp: {error}"))?;
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
    sockets(policy, &mut rules)?;
    if !policy.inside {
        // Landlock knows it from Linux 6.2 on; linkers use the call with a descriptor.
        rules.insert(libc::SYS_truncate, Vec::new());
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
    // A signal to any process, sent by the kernel when a descriptor is ready.
    let owners = [libc::F_SETOWN, F_SETOWN_EX, F_SETSIG];
    rules.insert(libc::SYS_fcntl, owners.into_iter().map(|command| is(1, command)).collect::<Result<_, _>>()?);
    rules.insert(libc::SYS_ioctl, ioctls()?);
    // Shared memory without a file.
    let anonymous = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    rules.insert(libc::SYS_mmap, vec![flags(3, anonymous, anonymous)?]);
    Ok(rules)
}

/// The sockets that may be made. In a network of its own, a program reaches nobody but itself. Elsewhere Landlock holds
/// TCP alone, so nothing else may be made there: a datagram, MPTCP or a server's name in the file system would lead out.
fn sockets(policy: &Policy, rules: &mut Rules) -> Result<(), String> {
    if policy.inside && (policy.processes || policy.network) {
        rules.insert(libc::SYS_socket, vec![none_of(0, &FAMILIES)?]);
        return Ok(());
    }
    if policy.network {
        let mut refused = vec![none_of(0, &FAMILIES_OF_TCP)?];
        for kind in [libc::SOCK_DGRAM, libc::SOCK_RAW, libc::SOCK_RDM, libc::SOCK_SEQPACKET, libc::SOCK_DCCP] {
            refused.push(rule(vec![masked(1, SOCK_TYPE_MASK, kind.cast_unsigned())?])?);
        }
        refused.push(none_of(2, &[0, libc::IPPROTO_TCP])?);
        rules.insert(libc::SYS_socket, refused);
    } else {
        // The one socket that it needs is open already; nothing else is there to talk to.
        for call in [libc::SYS_socket, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen] {
            rules.insert(call, Vec::new());
        }
    }
    // A connection that is made by sending, which Landlock does not see.
    for (call, flags_argument) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        rules.insert(call, vec![flags(flags_argument, libc::MSG_FASTOPEN, libc::MSG_FASTOPEN)?]);
    }
    Ok(())
}

/// The commands of `ioctl` that are refused.
fn ioctls() -> Result<Vec<SeccompRule>, String> {
    // Letters typed into the terminal that the grader was started from, and signals, as with `F_SETOWN`.
    let terminal = [libc::TIOCSTI, libc::TIOCLINUX].map(|command| command as u32);
    let commands = [&terminal[..], &[FIOSETOWN, SIOCSPGRP], &CHANGES_TO_FILES].concat();
    let mut rules: Vec<SeccompRule> =
        commands.into_iter().map(|command| equal(1, u64::from(command))).collect::<Result<_, _>>()?;
    for kind in TYPES_OF_FILES {
        rules.push(rule(vec![masked(1, DIRECTION | TYPE, WRITE | kind)?])?);
    }
    // `cp` clones files with two commands that btrfs had first.
    let mut of_btrfs = vec![masked(1, TYPE, BTRFS)?];
    for clone in CLONES {
        of_btrfs.push(condition(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, u64::from(clone))?);
    }
    rules.push(rule(of_btrfs)?);
    for kind in [F2FS, BCACHEFS] {
        rules.push(rule(vec![masked(1, TYPE, kind)?])?);
    }
    Ok(rules)
}

/// From `linux/fcntl.h`, `asm-generic/ioctls.h` and `asm-generic/sockios.h`.
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;
const FIOSETOWN: u32 = 0x8901;
const SIOCSPGRP: u32 = 0x8902;

/// From `asm-generic/ioctl.h`: the bits of a command for the direction of its data, and the bits for its owner.
const DIRECTION: u32 = 0xc000_0000;
const WRITE: u32 = 0x4000_0000;
const TYPE: u32 = 0xff00;

/// From `linux/fs.h`: the types of `FS_IOC_SETFLAGS` and of `FS_IOC_FSSETXATTR`. Many of their commands change a file
/// through a descriptor that was opened for reading, and Landlock does not see them. Commands that only read have another
/// direction.
const TYPES_OF_FILES: [u32; 2] = [(b'f' as u32) << 8, (b'X' as u32) << 8];

/// Single commands of the same kind: `FS_IOC_SETVERSION`, `FS_IOC_SET_ENCRYPTION_POLICY`, whose direction is wrong, and
/// `FAT_IOCTL_SET_ATTRIBUTES`.
const CHANGES_TO_FILES: [u32; 3] = [0x4008_7602, 0x800c_6613, 0x4004_7211];

/// The types of commands of single file systems. Some make or delete subvolumes, or set flags of files, and Landlock does
/// not see them either.
const BTRFS: u32 = 0x9400;
const F2FS: u32 = 0xf500;
const BCACHEFS: u32 = 0xbc00;

/// From `linux/fs.h`: `FICLONE` and `FICLONERANGE`. Both need a descriptor that was opened for writing.
const CLONES: [u32; 2] = [0x4004_9409, 0x4020_940d];

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

/// The lower half of an argument, with `argument & mask == value`.
fn masked(argument: u8, mask: u32, value: u32) -> Result<SeccompCondition, String> {
    condition(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(u64::from(mask)), u64::from(value))
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

/// Refuses the calls of the x32 ABI, which some kernels know beside the usual calls. All of them have `X32_BIT` in their
/// number. Most have the usual number otherwise; those from 512 to 547 are x32's own, and before Linux 5.4 these also work
/// without the bit. The answer is that of a kernel without x32.
///
/// The other filters depend on this one: their rules know the usual numbers only. The library's filters compare numbers for
/// equality, and x32 is a range, so the program is written out here. It need not look at the architecture, because the
/// other filters kill a process that calls by the numbers of another architecture.
#[cfg(target_arch = "x86_64")]
fn numbers_of_other_abis() -> Option<BpfProgram> {
    const X32_BIT: u32 = 0x4000_0000;
    const FIRST_OF_X32: u32 = 512;
    const FIRST_AFTER_X32: u32 = 548;
    const NUMBER_OF_CALL: u32 = 0; // Its place in `struct seccomp_data`.
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let if_at_least = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    let answer = libc::BPF_RET | libc::BPF_K;
    // The instructions that a jump leaves out: if the number is at least the value, and if it is not.
    let step = |code: u32, value: u32, yes: u8, no: u8| sock_filter { code: code as u16, jt: yes, jf: no, k: value };
    Some(vec![
        step(load, NUMBER_OF_CALL, 0, 0),
        step(if_at_least, X32_BIT, 3, 0),
        step(if_at_least, FIRST_AFTER_X32, 1, 0),
        step(if_at_least, FIRST_OF_X32, 1, 0),
        step(answer, libc::SECCOMP_RET_ALLOW, 0, 0),
        step(answer, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs(), 0, 0),
    ])
}

#[cfg(not(target_arch = "x86_64"))]
fn numbers_of_other_abis() -> Option<BpfProgram> {
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 4711;
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const AND: u32 = libc::BPF_ALU | libc::BPF_AND | libc::BPF_K;
    const JUMP: u32 = libc::BPF_JMP | libc::BPF_JA;
    const IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const IF_GREATER: u32 = libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K;
    const IF_AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    const ANSWER: u32 = libc::BPF_RET | libc::BPF_K;

    /// `struct seccomp_data` in words: number, architecture, the instruction's address, six arguments.
    type Call = [u32; 16];

    fn call(number: i64, arguments: [u64; 2]) -> Call {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => 62,
            "aarch64" => 183,
            "riscv64" => 243,
            other => panic!("the jail has no filter for {other}"),
        };
        let mut call = [0; 16];
        call[0] = number as u32;
        call[1] = architecture | 0xc000_0000;
        for (index, argument) in arguments.into_iter().enumerate() {
            call[4 + 2 * index] = argument as u32;
            call[5 + 2 * index] = (argument >> 32) as u32;
        }
        call
    }

    /// The answer of a filter, worked out as the kernel does.
    fn answer(program: &[sock_filter], call: &Call) -> u32 {
        let (mut next, mut value) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[next].clone();
            next += 1;
            let step = |holds| usize::from(if holds { jt } else { jf });
            match u32::from(code) {
                LOAD => value = call[k as usize / 4],
                AND => value &= k,
                JUMP => next += k as usize,
                IF_EQUAL => next += step(value == k),
                IF_GREATER => next += step(value > k),
                IF_AT_LEAST => next += step(value >= k),
                ANSWER => return k,
                other => panic!("an instruction that this test does not know: {other:#x}"),
            }
        }
    }

    /// The answer of all filters together: the strictest, and among refusals the one of the filter that came last.
    fn verdict(policy: &Policy, call: &Call) -> u32 {
        let answers: Vec<u32> = programs(policy, OWN).unwrap().iter().map(|program| answer(program, call)).collect();
        let killed = answers.iter().find(|answer| **answer == libc::SECCOMP_RET_KILL_PROCESS);
        let refused = || answers.iter().rev().find(|answer| **answer != libc::SECCOMP_RET_ALLOW);
        *killed.or_else(refused).unwrap_or(&libc::SECCOMP_RET_ALLOW)
    }

    fn refused(errno: i32) -> u32 {
        libc::SECCOMP_RET_ERRNO | errno.unsigned_abs()
    }

    fn policies() -> Vec<Policy> {
        let choices = [false, true];
        let all = choices.map(|inside| choices.map(|processes| Policy { inside, processes, ..Policy::default() }));
        all.into_iter().flatten().collect()
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn calls_of_the_x32_abi_are_refused() {
        const X32_BIT: i64 = 0x4000_0000;
        let own_numbers = 512..548;
        let with_the_bit = (0..600).map(|number| number | X32_BIT);
        for policy in policies() {
            for number in own_numbers.clone().chain(with_the_bit.clone()).chain([i64::from(i32::MAX), -1]) {
                assert_eq!(verdict(&policy, &call(number, [0, 0])), refused(libc::ENOSYS), "{number:#x}");
            }
            for number in [libc::SYS_read, libc::SYS_getpid, 511, 548] {
                assert_eq!(verdict(&policy, &call(number, [0, 0])), libc::SECCOMP_RET_ALLOW, "{number}");
            }
            assert_eq!(verdict(&policy, &call(libc::SYS_ptrace, [0, 0])), refused(libc::EPERM));
        }
    }

    #[test]
    fn calls_by_the_numbers_of_another_architecture_end_the_process() {
        for policy in policies() {
            let mut foreign = call(libc::SYS_getpid, [0, 0]);
            foreign[1] ^= 1;
            assert_eq!(verdict(&policy, &foreign), libc::SECCOMP_RET_KILL_PROCESS);
        }
    }

    #[test]
    fn newer_calls_are_refused_like_the_older_ones_of_their_kind() {
        const FILE_GETATTR: i64 = 468;
        for policy in policies() {
            for number in [OPEN_TREE_ATTR, QUOTACTL_FD, libc::SYS_quotactl] {
                assert_eq!(verdict(&policy, &call(number, [0, 0])), refused(libc::EPERM), "{number}");
            }
            for number in [libc::SYS_fsetxattr, FCHMODAT2, SETXATTRAT, REMOVEXATTRAT, FILE_SETATTR] {
                let expected = match (policy.inside, policy.processes) {
                    (true, _) => libc::SECCOMP_RET_ALLOW, // Only the namespace's own files are writable.
                    (false, true) => refused(0),          // A pretence, for linkers.
                    (false, false) => refused(libc::EPERM),
                };
                assert_eq!(verdict(&policy, &call(number, [0, 0])), expected, "{number}, {policy:?}");
            }
            assert_eq!(verdict(&policy, &call(FILE_GETATTR, [0, 0])), libc::SECCOMP_RET_ALLOW);
        }
    }

    #[test]
    fn commands_that_change_files_are_refused_and_those_that_read_are_not() {
        let changes = [
            ("FS_IOC_SETFLAGS", 0x4008_6602),
            ("FS_IOC32_SETFLAGS", 0x4004_6602),
            ("FS_IOC_FSSETXATTR", 0x401c_5820),
            ("FS_IOC_SETVERSION", 0x4008_7602),
            ("EXT4_IOC_SETVERSION", 0x4008_6604),
            ("FS_IOC_ENABLE_VERITY", 0x4080_6685),
            ("FS_IOC_SET_ENCRYPTION_POLICY", 0x800c_6613),
            ("FAT_IOCTL_SET_ATTRIBUTES", 0x4004_7211),
            ("BTRFS_IOC_SUBVOL_CREATE", 0x5000_940e),
            ("BTRFS_IOC_SNAP_DESTROY", 0x5000_940f),
            ("BTRFS_IOC_SUBVOL_SETFLAGS", 0x4008_941a),
            ("F2FS_IOC_SET_PIN_FILE", 0x4004_f50d),
            ("BCH_IOCTL_SUBVOLUME_CREATE", 0x4020_bc10),
            ("TIOCSTI", 0x5412),
            ("FIOSETOWN", 0x8901),
        ];
        let harmless = [
            ("FS_IOC_GETFLAGS", 0x8008_6601),
            ("FS_IOC_FSGETXATTR", 0x801c_581f),
            ("FS_IOC_FIEMAP", 0xc020_660b),
            ("FICLONE", 0x4004_9409),
            ("FICLONERANGE", 0x4020_940d),
            ("TCGETS", 0x5401),
            ("FIONBIO", 0x5421),
            ("FIOCLEX", 0x5451),
        ];
        for policy in policies() {
            // The kernel reads the lower half of a command only.
            for upper in [0, 1 << 32, u64::MAX << 32] {
                for (name, command) in changes {
                    let found = verdict(&policy, &call(libc::SYS_ioctl, [3, upper | command]));
                    assert_eq!(found, refused(libc::EPERM), "{name}");
                }
                for (name, command) in harmless {
                    let found = verdict(&policy, &call(libc::SYS_ioctl, [3, upper | command]));
                    assert_eq!(found, libc::SECCOMP_RET_ALLOW, "{name}");
                }
            }
        }
    }
}
