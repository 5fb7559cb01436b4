//! The child's side: reads the task, gives up everything else, does it, replies.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

use super::{Event, Session, Task, confine, wire};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stats;

/// Carries out the task that standard input describes, and replies on standard output. To be called first thing in
/// `main`, before any thread is started.
pub fn serve<T: Task>() -> ExitCode {
    let speaker = Speaker(Mutex::new(std::io::stdout()));
    let begun = stats::begin();
    // What it says goes into the reply; this process has no terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let work = AssertUnwindSafe(|| {
        let task: T = read_task()?;
        let contained = confine(&task.access())?;
        task.carry_out(contained, &speaker)
    });
    let result = catch_unwind(work).unwrap_or_else(|panic| Err(internal(&*panic)));
    let done = Event::Done { result, figures: Box::new(begun.figures(0)) };
    match speaker.say(&done) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn read_task<T: Task>() -> Result<T> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).map_err(|e| Error::failed(format!("no task arrived: {e}")))?;
    serde_json::from_slice(&text).map_err(|e| Error::failed(format!("this is no task: {e}")))
}

/// Holds the session that standard input begins: its first line is the session, every further line a question. Ends when
/// the parent hangs up. To be called first thing in `main`, before any thread is started.
pub fn converse<S: Session>() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let mut line = Line { from: std::io::stdin().lock(), to: std::io::stdout().lock() };
    let work = AssertUnwindSafe(|| -> Result<()> {
        let Some(session) = wire::receive::<S>(&mut line.from)? else { return Ok(()) };
        let contained = confine(&session.access())?;
        session.carry_on(contained, &mut line)
    });
    let result = catch_unwind(work).unwrap_or_else(|panic| Err(internal(&*panic)));
    // The parent may be waiting for an answer, or for the opening.
    match result.or_else(|e| wire::reply::<()>(&mut line.to, &Err(e), &[])) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The child's end of a session.
pub struct Line {
    from: std::io::StdinLock<'static>,
    to: std::io::StdoutLock<'static>,
}

impl Line {
    /// Says what the session says first.
    ///
    /// # Errors
    /// `Failed` when the parent is gone.
    pub fn open<S: Session>(&mut self, opening: S::Opening) -> Result<()> {
        wire::reply(&mut self.to, &Ok(opening), &[])
    }

    /// Answers questions until the parent hangs up. A question's error is its answer, and ends nothing.
    ///
    /// # Errors
    /// `Failed` when the parent says what is no question, or is gone in the middle of one.
    pub fn answer<S: Session>(
        &mut self,
        mut each: impl FnMut(S::Question) -> Result<(S::Answer, Vec<u8>)>,
    ) -> Result<()> {
        while let Some(question) = wire::receive::<S::Question>(&mut self.from)? {
            match each(question) {
                Ok((facts, bytes)) => wire::reply(&mut self.to, &Ok(facts), &bytes)?,
                Err(e) => wire::reply::<S::Answer>(&mut self.to, &Err(e), &[])?,
            }
        }
        Ok(())
    }
}

fn internal(panic: &(dyn std::any::Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::failed(format!("an internal error: {}", said.unwrap_or("no more is known")))
        .hint("nothing was released; please report this, with what kind of recorder the footage is from")
}

/// Tells the parent how far the task is.
struct Speaker(Mutex<std::io::Stdout>);

impl Speaker {
    fn say<R: serde::Serialize>(&self, event: &Event<R>) -> Result<()> {
        // A parent who has gone away is one who wants no more of this.
        let gone = |_| Error::interrupted();
        let mut line = serde_json::to_vec(event).map_err(|e| Error::failed(format!("cannot reply: {e}")))?;
        line.push(b'\n');
        let mut out = self.0.lock().map_err(|_| Error::interrupted())?;
        out.write_all(&line).and_then(|()| out.flush()).map_err(gone)
    }
}

impl Progress for Speaker {
    fn stage(&self, name: &str, total: u64) {
        let _ = self.say(&Event::<()>::Stage(name.to_owned(), total));
    }

    fn step(&self, steps: u64) -> Result<()> {
        if steps == 0 { Ok(()) } else { self.say(&Event::<()>::Steps(steps)) }
    }
}
