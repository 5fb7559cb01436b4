//! The parent's side: starts the child, hands over the task, passes on what it says, and ends it when asked to stop.

use std::io::{BufReader, Read, Write};
use std::marker::PhantomData;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Event, Session, Task, WORD, wire};
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
    let (mut child, mut stdin, stdout) = start(T::NAME)?;
    // A child that is gone by now says so by its status.
    let _ = stdin.write_all(&text);
    drop(stdin);
    let mut lines = Lines { from: stdout, read: Vec::new() };
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
    Err(child.died())
}

/// Starts a child of this program for what has this name.
fn start(name: &str) -> Result<(Ended, ChildStdin, ChildStdout)> {
    let lost = |e: std::io::Error| Error::failed(format!("cannot start a process of this program: {e}"));
    let program = std::env::current_exe().map_err(lost)?;
    let mut command = Command::new(program);
    command.args([WORD, name]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Ended(command.spawn().map_err(lost)?);
    let pipes = child.0.stdin.take().zip(child.0.stdout.take());
    let (stdin, stdout) = pipes.ok_or_else(|| Error::failed("a child without input or output"))?;
    Ok((child, stdin, stdout))
}

/// A session that is going on, seen from the parent. Dropped, its child is ended. The thread that opens it has to live as
/// long as it: a child ends with the thread that started it.
pub struct Call<S: Session> {
    child: Ended,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    of: PhantomData<S>,
}

impl<S: Session> Call<S> {
    /// Starts the child, and waits for what the session says first.
    ///
    /// # Errors
    /// The session's own; `Failed` when the child cannot be started or comes to grief.
    pub fn open(session: &S) -> Result<(Self, S::Opening)> {
        let (child, to, from) = start(S::NAME)?;
        let mut call = Self { child, to, from: BufReader::new(from), of: PhantomData };
        let opening = call.exchange(session)?.0;
        Ok((call, opening))
    }

    /// Asks, and waits for the answer: facts and bytes.
    ///
    /// # Errors
    /// The question's own, after which others can be asked; `Failed` when the child has come to grief, after which none
    /// can: [`Self::is_over`].
    pub fn ask(&mut self, question: &S::Question) -> Result<(S::Answer, Vec<u8>)> {
        self.exchange(question)
    }

    /// Whether the child has ended.
    pub fn is_over(&mut self) -> bool {
        !matches!(self.child.0.try_wait(), Ok(None))
    }

    fn exchange<A: serde::de::DeserializeOwned>(&mut self, said: &impl serde::Serialize) -> Result<(A, Vec<u8>)> {
        // A child that is gone by now says so by its status.
        let _ = wire::send(&mut self.to, said);
        match wire::receive_reply(&mut self.from) {
            Ok(Some(reply)) => reply,
            Ok(None) => Err(self.child.died()),
            Err(e) => {
                // What it says from now on cannot be understood any more.
                let _ = self.child.0.kill();
                Err(Error::failed(format!("the process that reads the footage cannot be understood: {e}")))
            }
        }
    }
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

impl Ended {
    /// Why it has ended without a reply.
    fn died(&mut self) -> Error {
        match self.0.wait() {
            Ok(status) => died(status),
            Err(e) => Error::failed(format!("the process that read the footage is gone: {e}")),
        }
    }
}

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
