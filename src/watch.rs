//! Who watches a run from outside: a bar on a terminal, events on standard output, and Ctrl-C.

use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use cctv_redact::progress::Progress;
use cctv_redact::{Error, Result};

/// What a terminal takes as text and never as an order: recordings and track files may hold anything, and what they
/// hold is quoted in messages.
fn plain(line: impl std::fmt::Display) -> String {
    let order = |c: char| {
        c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    line.to_string().chars().map(|c| if order(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// A line on standard output. A reader who has gone away does not change what the run makes, or how it ends.
pub fn print(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{}", plain(line));
}

/// A line on standard error, which may be a file on a full disk: that must not end a run in any other way.
pub fn complain(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{}", plain(line));
}

/// Watches one command.
pub struct Watch {
    stop: Arc<AtomicBool>,
    bar: Mutex<ProgressBar>,
    quiet: bool,
    events: bool,
}

impl Watch {
    /// Listens for Ctrl-C (and a polite kill) from now on.
    pub fn new(quiet: bool, events: bool) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))
                .map_err(|e| Error::failed(format!("cannot listen for Ctrl-C: {e}")))?;
        }
        Ok(Self { stop, bar: Mutex::new(ProgressBar::hidden()), quiet: quiet || events, events })
    }

    /// One event, where events are wanted.
    pub fn event(&self, event: &serde_json::Value) {
        if self.events {
            print(event);
        }
    }

    /// A warning: on standard error, and as an event.
    pub fn warn(&self, warning: &str) {
        complain(format_args!("warning: {warning}"));
        self.event(&json!({ "event": "warning", "message": warning }));
    }

    /// A line for people.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            print(line);
        }
    }

    /// Takes the bar away, and reports the error as an event where there is one.
    pub fn done<T>(&self, result: Result<T>) -> Result<T> {
        if let Ok(bar) = self.bar.lock() {
            bar.finish_and_clear();
        }
        result.inspect_err(|e| {
            self.event(&json!({ "event": "error", "status": e.kind().status(), "message": e.what(), "what_to_do": e.advice() }));
        })
    }
}

impl Progress for Watch {
    fn stage(&self, name: &str, total: u64) {
        self.event(&json!({ "event": "stage", "stage": name, "total": total }));
        if self.quiet {
            return;
        }
        // Draws on standard error, and only where that is a terminal.
        let fresh = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
        let style =
            if total > 0 { "{msg:>20} {wide_bar} {pos}/{len} frames, {eta} left" } else { "{msg:>20} {spinner}" };
        if let Ok(style) = ProgressStyle::with_template(style) {
            fresh.set_style(style);
        }
        fresh.set_message(name.to_owned());
        if let Ok(mut bar) = self.bar.lock() {
            bar.finish_and_clear();
            *bar = fresh;
        }
    }

    fn step(&self, steps: u64) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        if steps > 0
            && let Ok(bar) = self.bar.lock()
        {
            bar.inc(steps);
        }
        Ok(())
    }
}
