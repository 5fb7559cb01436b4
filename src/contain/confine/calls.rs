//! seccomp: which calls of the kernel this process can still make. Those that decoding, encoding, reading and writing
//! need; every other answers "not permitted", so that a library which asks for more gets an error it can deal with.
//!
//! Source: the kernel's own documentation, "Seccomp BPF (SECure COMPuting with filters)".

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use crate::error::{Error, Result};

type Refusal = Box<dyn std::error::Error>;

/// Calls that are let through whatever their arguments: open files, memory, threads of this process, its clocks.
const CALLS: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_lseek,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_readlinkat,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_unlinkat,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_ppoll,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_futex,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
];

/// From now on only those calls. `false` where the kernel, or this kind of processor, has no such filter.
pub fn confine() -> Result<bool> {
    let refused = |e: Refusal| Error::failed(format!("seccomp refused its filter: {e}"));
    let Ok(arch) = std::env::consts::ARCH.try_into() else { return Ok(false) };
    let no_clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let deny = SeccompAction::Errno(libc::EPERM as u32);
    // The filter cannot see the flags of clone3; "no such call" makes the C library use clone, whose flags it sees.
    let without = SeccompAction::Errno(libc::ENOSYS as u32);
    let filters =
        [(no_clone3, SeccompAction::Allow, without), (allowed().map_err(refused)?, deny, SeccompAction::Allow)];
    for (rules, otherwise, matched) in filters {
        let filter = SeccompFilter::new(rules, otherwise, matched, arch).map_err(|e| refused(e.into()))?;
        let program: BpfProgram = filter.try_into().map_err(|e: seccompiler::BackendError| refused(e.into()))?;
        match apply_filter(&program) {
            Ok(()) => {}
            Err(seccompiler::Error::Seccomp(e) | seccompiler::Error::Prctl(e))
                if matches!(e.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL)) =>
            {
                return Ok(false);
            }
            Err(e) => return Err(refused(e.into())),
        }
    }
    Ok(true)
}

/// What is let through, and with which arguments.
fn allowed() -> std::result::Result<BTreeMap<c_long, Vec<SeccompRule>>, Refusal> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = CALLS.iter().map(|&call| (call, Vec::new())).collect();
    let this = u64::from(std::process::id());
    let executable = libc::PROT_EXEC as u64;
    for (call, argument, mask, value) in [
        // A thread, not a process.
        (libc::SYS_clone, 0, libc::CLONE_THREAD as u64, libc::CLONE_THREAD as u64),
        // Memory that is not code.
        (libc::SYS_mmap, 2, executable, 0),
        (libc::SYS_mprotect, 2, executable, 0),
        // Signals to itself: `abort`.
        (libc::SYS_tgkill, 0, u64::MAX, this),
        // Limits read, not set.
        (libc::SYS_prlimit64, 2, u64::MAX, 0),
        // A thread's name.
        (libc::SYS_prctl, 0, u64::MAX, libc::PR_SET_NAME as u64),
    ] {
        let masked = SeccompCmpOp::MaskedEq(mask);
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, masked, value)?;
        rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
    }
    Ok(rules)
}
