//! What a process gives up before it opens footage, for good: files, calls of the kernel, memory, the traces of a crash.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Access, Contained};
use crate::error::{Error, Result};

/// Memory that any task may use, in bytes; what every thread adds.
const MEMORY: (u64, u64) = (4 << 30, 1 << 30);

/// Confines the calling thread and all threads it starts from now on; cannot be undone. What the kernel does not offer is
/// left out, and the result says so.
///
/// # Errors
/// `Failed` when the kernel offers something and then refuses it.
pub fn confine(access: &Access) -> Result<Contained> {
    limits(access)?;
    #[cfg(target_os = "linux")]
    {
        end_with_parent()?;
        // In this order: the filter of calls does not let Landlock's through.
        let landlock = files::confine(access)?;
        let seccomp = calls::confine()?;
        Ok(Contained { landlock, seccomp })
    }
    #[cfg(not(target_os = "linux"))]
    Ok(Contained::default())
}

/// No core dump, which would have footage in it, and so much memory and no more.
fn limits(access: &Access) -> Result<()> {
    let refused = |e: rustix::io::Errno| Error::failed(format!("this process cannot be limited: {e}"));
    let set = |what, most| setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) }).map_err(refused);
    set(Resource::Core, 0)?;
    set(Resource::Data, MEMORY.0 + MEMORY.1 * access.threads as u64)
}

/// This process ends when its parent does, and none but the system's owner may look into it.
#[cfg(target_os = "linux")]
fn end_with_parent() -> Result<()> {
    use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};
    let refused = |e: rustix::io::Errno| Error::failed(format!("this process cannot be limited: {e}"));
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(refused)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(refused)
}
