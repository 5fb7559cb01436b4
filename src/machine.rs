//! What this machine is, and what this process has used of it so far: what every measurement needs. Linux tells it in
//! `/proc`; where that is missing a figure is absent, never guessed.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// What a measurement was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor's own name.
    pub processor: Option<String>,
    /// Cores that this process may use.
    pub cores: usize,
    /// The operating system's kind and the processor's architecture.
    pub system: String,
    /// `release`, or `debug`: then no figure means anything.
    pub build: &'static str,
}

impl Machine {
    /// The one this runs on.
    pub fn this() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            processor: field(&info, "model name").map(str::to_owned),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}

/// Processor time of this process, all its threads together, those of libraries too.
pub fn process_cpu() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

/// Processor time of this thread.
pub fn thread_cpu() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let now = clock_gettime(id);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

/// The most memory in bytes that this process has held at once (its resident set) since it began, or since
/// [`forget_peak_memory`].
pub fn peak_memory() -> Option<u64> {
    status("VmHWM")
}

/// The memory in bytes that this process holds now (its resident set).
pub fn memory() -> Option<u64> {
    status("VmRSS")
}

/// A size that the kernel tells of this process, in bytes.
fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 = field(&status, name)?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Starts counting [`peak_memory`] afresh from what is held now; `false` where the kernel does not allow it. What others
/// see of this process's peak (`time`, `getrusage`) changes with it.
pub fn forget_peak_memory() -> bool {
    fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The value of the first line `name : value`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .find_map(|line| line.split_once(':').filter(|(key, _)| key.trim() == name))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_on_both_clocks_and_sleep_on_none() {
        let (thread, process) = (thread_cpu(), process_cpu());
        std::thread::sleep(Duration::from_millis(30));
        let slept = thread_cpu() - thread;
        let mut sum = 0u64;
        while thread_cpu() - thread < Duration::from_millis(20) {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        assert!(slept < Duration::from_millis(15), "{slept:?}");
        assert!(process_cpu() - process >= Duration::from_millis(15));
    }

    #[test]
    fn memory_that_is_touched_raises_the_peak() {
        let Some(before) = peak_memory() else {
            eprintln!("NOT TESTED: no /proc/self/status");
            return;
        };
        let held = std::hint::black_box(vec![7u8; 64 << 20]);
        let after = peak_memory().unwrap_or(0);
        assert!(after >= (held.len() as u64) && after >= before, "{before} {after}");
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "VmHWMx:\t9 kB\nVmHWM:\t  1234 kB\n";
        assert_eq!(field(text, "VmHWM"), Some("1234 kB"));
        assert_eq!(field(text, "Vm"), None);
    }
}
