//! The parent's side: starts the child, hands over the task, passes on what it says, and ends it when asked to stop.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Event, Task, WORD};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stats;

/// How long a wish to stop may go unnoticed, in nanoseconds.
const PATIENCE: i64 = 100_000_000;

/// The longest line that a child may say, in bytes: what every frame of a month of footage takes.
const LONGEST: usize = 1 << 30;

/// Does a task in a child.
pub fn run<T: Task>(task: &T, progress: &dyn Progress) -> Result<T::Reply> {
    let text = serde_json::to_vec(task).map_err(|e| Error::failed(format!("this cannot be handed over: {e}")))?;
    let lost = |e: std::io::Error| Error::failed(format!("cannot start a process of this program: {e}"));
    let program = std::env::current_exe().map_err(lost)?;
    let mut command = Command::new(program);
    command.args([WORD, T::NAME]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Ended(command.spawn().map_err(lost)?);
    let (stdin, stdout) = (child.0.stdin.take(), child.0.stdout.take());
    if let Some(mut stdin) = stdin {
        // A child that is gone by now says so by its status.
        let _ = stdin.write_all(&text);
    }
    let mut lines = Lines { from: stdout.ok_or_else(|| Error::failed("a child without output"))?, read: Vec::new() };
    while let Some(line) = lines.next(progress)? {
        match serde_json::from_slice(&line) {
            Ok(Event::Stage(name, total)) => progress.stage(&name, total),
            Ok(Event::Steps(steps)) => progress.step(steps)?,
            Ok(Event::Done { result, figures }) => {
                stats::add(&figures);
                return result;
            }
            Err(e) => return Err(Error::failed(format!("the process that read the footage said something else: {e}"))),
        }
    }
    progress.check()?;
    Err(died(child.0.wait().map_err(lost)?))
}

/// Why a child without a reply has ended.
fn died(status: ExitStatus) -> Error {
    // Asked to stop along with this process, and faster.
    if matches!(status.signal(), Some(2 | 15)) {
        return Error::interrupted();
    }
    let how = match status.signal() {
        Some(6) => "gave up: it reached its memory limit, or found itself damaged".to_owned(),
        Some(9) => "was killed: by the system, which ran out of memory, or by somebody".to_owned(),
        Some(signal) => format!("came to grief (signal {signal})"),
        None => format!("ended without a reply ({status})"),
    };
    Error::failed(format!("the process that read the footage {how}")).hint(
        "nothing was released and nothing else was touched; export the footage again, or try on a machine with more memory",
    )
}

/// A child that does not outlive the wish for it.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lines, as they come.
struct Lines {
    from: ChildStdout,
    read: Vec<u8>,
}

impl Lines {
    /// The next line; `None` at the end.
    fn next(&mut self, progress: &dyn Progress) -> Result<Option<Vec<u8>>> {
        let failed =
            |e: std::io::Error| Error::failed(format!("the process that reads the footage cannot be heard: {e}"));
        let mut seen = 0;
        loop {
            if let Some(end) = self.read[seen..].iter().position(|&b| b == b'\n') {
                let rest = self.read.split_off(seen + end + 1);
                return Ok(Some(std::mem::replace(&mut self.read, rest)));
            }
            seen = self.read.len();
            if seen > LONGEST {
                return Err(Error::failed("the process that reads the footage does not stop talking"));
            }
            progress.check()?;
            let mut ready = [PollFd::new(&self.from, PollFlags::IN)];
            match poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: PATIENCE })) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(e) => return Err(failed(e.into())),
            }
            let mut chunk = [0; 1 << 16];
            match self.from.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(n) => self.read.extend_from_slice(&chunk[..n]),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(failed(e)),
            }
        }
    }
}
