//! What a proof found, and the table of all of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much of a proof is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// What every change has to wait for.
    Bounded,
    /// All of it: `make proof`.
    All,
}

impl Share {
    pub fn of<T>(self, bounded: T, all: T) -> T {
        if self == Self::All { all } else { bounded }
    }
}

/// What one proof found.
#[derive(Default)]
pub struct Record {
    pub cases: usize,
    pub failures: Vec<String>,
    /// Planted faults, and whether the check failed on them as it must.
    pub controls: Vec<(String, bool)>,
    /// What was measured, or could not be.
    pub notes: Vec<String>,
}

impl Record {
    /// One case: what is wrong with it, if anything.
    pub fn case(&mut self, fault: Option<String>) {
        self.cases += 1;
        self.failures.extend(fault);
    }

    /// One planted fault.
    pub fn control(&mut self, planted: impl Into<String>, seen: bool) {
        self.controls.push((planted.into(), seen));
    }

    /// All of several records.
    pub fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.cases += part.cases;
            all.failures.extend(part.failures);
            all.controls.extend(part.controls);
            all.notes.extend(part.notes);
            all
        })
    }

    /// A promise is kept when there were cases, none failed, and there were controls, and each was seen.
    pub fn is_kept(&self) -> bool {
        self.cases > 0 && self.failures.is_empty() && !self.controls.is_empty() && self.controls.iter().all(|c| c.1)
    }

    fn seen(&self) -> usize {
        self.controls.iter().filter(|c| c.1).count()
    }
}

/// Works on cases on all cores; results in order.
pub fn each<T: Sync, R: Send>(cases: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(cases.len()) {
            scope.spawn(|| {
                while let Some((place, case)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, cases.get(i)?)))
                {
                    let result = work(case);
                    found.lock().unwrap().push((place, result));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|f| f.0);
    found.into_iter().map(|f| f.1).collect()
}

/// The table: promise, cases, failures, controls seen to fail.
pub fn table(rows: &[(&str, &Record)]) -> String {
    let widest = rows.iter().map(|(promise, _)| promise.len()).max().unwrap_or(0).max("promise".len());
    let line = |a: &str, b: &str, c: &str, d: &str| format!("| {a:widest$} | {b:>6} | {c:>8} | {d:>23} |\n");
    let mut text = line("promise", "cases", "failures", "controls seen to fail");
    text += &format!("| {} | -----: | -------: | ----------------------: |\n", "-".repeat(widest));
    for (promise, record) in rows {
        let controls = format!("{} of {}", record.seen(), record.controls.len());
        text += &line(promise, &record.cases.to_string(), &record.failures.len().to_string(), &controls);
    }
    text
}

/// What stands under the table for one proof.
pub fn details(promise: &str, record: &Record) -> String {
    const MOST: usize = 20;
    let unseen = record.controls.iter().filter(|c| !c.1).map(|c| format!("control not seen to fail: {}", c.0));
    let bare = (record.cases == 0).then(|| "no case was run".to_owned());
    let bare = bare.into_iter().chain(record.controls.is_empty().then(|| "no control was run".to_owned()));
    let lines = bare.chain(record.failures.iter().take(MOST).cloned()).chain(unseen.take(MOST));
    lines.chain(record.notes.iter().cloned()).map(|line| format!("{promise}: {line}\n")).collect()
}
