//! Where the time and the memory of a run go, for `--stats` and `bench`: its steps, one after another, and its stages,
//! which run side by side on several threads.
//!
//! A thread is in one stage at a time; entering another leaves the first until that is done, so no time counts twice.
//! What proving a clip reads and decodes belongs to [`Stage::Verify`]. Switching costs about a microsecond, a few times a
//! frame.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::machine::{peak_memory, process_cpu, thread_cpu};

/// What a thread can be busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the footage's packets.
    Demux,
    /// Decoding them, and copying each picture into our own.
    Decode,
    /// Covering.
    Cover,
    /// Converting for the encoder, and encoding.
    Encode,
    /// Writing the file.
    Write,
    /// Everything that proves what was written.
    Verify,
    /// SHA-256.
    Hash,
}

/// All stages with their names, in the order of [`Stage`].
const STAGES: [(Stage, &str); 7] = [
    (Stage::Demux, "demux"),
    (Stage::Decode, "decode"),
    (Stage::Cover, "cover"),
    (Stage::Encode, "encode"),
    (Stage::Write, "write"),
    (Stage::Verify, "verify"),
    (Stage::Hash, "hash"),
];

/// What has come together for one stage, over all threads.
struct Total {
    wall: AtomicU64,
    cpu: AtomicU64,
    frames: AtomicU64,
    peak: AtomicU64,
    /// `wall` when `peak` was last looked at.
    seen: AtomicU64,
}

impl Total {
    const fn none() -> Self {
        Self {
            wall: AtomicU64::new(0),
            cpu: AtomicU64::new(0),
            frames: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            seen: AtomicU64::new(0),
        }
    }
}

static TOTALS: [Total; STAGES.len()] = [const { Total::none() }; STAGES.len()];
static STEPS: Mutex<Vec<Step>> = Mutex::new(Vec::new());
/// Processor time in nanoseconds of child processes that have reported theirs.
static CHILDREN_CPU: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static BUSY: Cell<Option<Busy>> = const { Cell::new(None) };
}

/// The stage that a thread is in, and since when.
#[derive(Clone, Copy)]
struct Busy {
    stage: Stage,
    wall: Instant,
    cpu: Duration,
}

/// Leaves the stage that this thread is in and enters another, or none. Returns the one left.
fn switch(to: Option<Stage>) -> Option<Stage> {
    let (wall, cpu) = (Instant::now(), thread_cpu());
    let left = BUSY.replace(to.map(|stage| Busy { stage, wall, cpu }));
    if let Some(busy) = left
        && let Some(total) = TOTALS.get(busy.stage as usize)
    {
        total.wall.fetch_add(nanos(wall.saturating_duration_since(busy.wall)), Relaxed);
        total.cpu.fetch_add(nanos(cpu.saturating_sub(busy.cpu)), Relaxed);
    }
    left.map(|busy| busy.stage)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The stage that this thread is in.
fn current() -> Option<Stage> {
    BUSY.get().map(|busy| busy.stage)
}

/// Does some work of a stage. Within [`Stage::Verify`] it counts as that.
pub fn work<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    if current() == Some(Stage::Verify) {
        return work();
    }
    let before = switch(Some(stage));
    let result = work();
    switch(before);
    result
}

/// So many frames are through a stage (packets, for demuxing). Within [`Stage::Verify`] only its own count.
pub fn count(stage: Stage, frames: usize) {
    if (current() != Some(Stage::Verify) || stage == Stage::Verify)
        && let Some(total) = TOTALS.get(stage as usize)
    {
        total.frames.fetch_add(frames as u64, Relaxed);
    }
}

/// What happens while a library works on threads of its own.
struct Others {
    /// How many pieces of such work are under way.
    under_way: usize,
    /// Processor time that was in no stage when the first of them began.
    before: Duration,
}

static OTHERS: Mutex<Others> = Mutex::new(Others { under_way: 0, before: Duration::ZERO });

/// Processor time so far that is in no stage.
fn in_no_stage() -> Duration {
    let within = TOTALS.iter().map(|total| total.cpu.load(Relaxed)).sum();
    process_cpu().saturating_sub(Duration::from_nanos(within))
}

/// Does some work for which a library has threads of its own: what processor time meanwhile is in no other stage counts
/// as this one's.
pub fn with_threads_of_its_own<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    if let Ok(mut others) = OTHERS.lock() {
        if others.under_way == 0 {
            others.before = in_no_stage();
        }
        others.under_way += 1;
    }
    let result = work();
    if let Ok(mut others) = OTHERS.lock() {
        others.under_way = others.under_way.saturating_sub(1);
        if others.under_way == 0
            && let Some(total) = TOTALS.get(stage as usize)
        {
            total.cpu.fetch_add(nanos(in_no_stage().saturating_sub(others.before)), Relaxed);
        }
    }
    result
}

/// Waits for others; that is no stage's time.
pub fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    let before = switch(None);
    let result = wait();
    switch(before);
    result
}

/// The stage that a thread works for, to be taken along to the threads that work for it.
#[derive(Debug, Clone, Copy)]
pub struct OnBehalf(Option<Stage>);

/// Of this thread.
pub fn on_behalf() -> OnBehalf {
    OnBehalf(current())
}

impl OnBehalf {
    /// Works on another thread for the one that this came from.
    pub fn work<T>(self, work: impl FnOnce() -> T) -> T {
        let before = switch(self.0);
        let result = work();
        switch(before);
        result
    }
}

/// A step of a run; steps follow one another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Seconds by the clock, summed over items.
    pub seconds: f64,
    /// The most memory in bytes that the process had held by its end.
    pub peak_memory_bytes: Option<u64>,
}

/// Runs a step and adds its time to that of the steps of the same name.
pub fn step<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    let peak_memory_bytes = peak_memory();
    for total in &TOTALS {
        let wall = total.wall.load(Relaxed);
        if total.seen.swap(wall, Relaxed) != wall {
            total.peak.store(peak_memory_bytes.unwrap_or(0), Relaxed);
        }
    }
    if let Ok(mut steps) = STEPS.lock() {
        match steps.iter_mut().find(|s| s.name == name) {
            Some(step) => {
                step.seconds += seconds;
                step.peak_memory_bytes = peak_memory_bytes;
            }
            None => steps.push(Step { name: name.into(), seconds, peak_memory_bytes }),
        }
    }
    result
}

/// What one stage has used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageFigures {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Frames that went through it; packets for demuxing; 0 where it does not go by frames.
    pub frames: u64,
    /// Seconds by the clock, summed over the threads that were in it.
    pub thread_seconds: f64,
    /// Processor seconds, summed over those threads; for encoding over x264's own too.
    pub cpu_seconds: f64,
    /// Frames for each of the `thread_seconds`: what one thread would do that did nothing else, one encoder when encoding.
    pub frames_per_second: Option<f64>,
    /// The most memory in bytes that the process had held by the end of the last step with this stage in it. Stages of
    /// one step run side by side and share its figure.
    pub peak_memory_bytes: Option<u64>,
}

/// What a run has used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Frames made.
    pub frames: u64,
    /// Seconds by the clock.
    pub seconds: f64,
    /// Processor seconds of the whole process.
    pub cpu_seconds: f64,
    /// Frames made for each second by the clock.
    pub frames_per_second: Option<f64>,
    /// The most memory in bytes that the process held.
    pub peak_memory_bytes: Option<u64>,
    /// Processor seconds in no stage: planning, papers.
    pub cpu_seconds_elsewhere: f64,
    /// Stages, side by side on several threads.
    pub stages: Vec<StageFigures>,
    /// Steps, one after another.
    pub steps: Vec<Step>,
}

/// Adds what a child process has used to this one's account.
pub fn add(figures: &Figures) {
    let nanos = |seconds: f64| nanos(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    CHILDREN_CPU.fetch_add(nanos(figures.cpu_seconds), Relaxed);
    for ((_, name), total) in STAGES.iter().zip(&TOTALS) {
        let Some(stage) = figures.stages.iter().find(|s| s.name == *name) else { continue };
        total.frames.fetch_add(stage.frames, Relaxed);
        total.cpu.fetch_add(nanos(stage.cpu_seconds), Relaxed);
        let wall = nanos(stage.thread_seconds);
        total.wall.fetch_add(wall, Relaxed);
        // What this process holds has nothing to do with it.
        total.seen.fetch_add(wall, Relaxed);
        total.peak.fetch_max(stage.peak_memory_bytes.unwrap_or(0), Relaxed);
    }
    if let Ok(mut steps) = STEPS.lock() {
        for theirs in &figures.steps {
            match steps.iter_mut().find(|s| s.name == theirs.name) {
                Some(step) => {
                    step.seconds += theirs.seconds;
                    step.peak_memory_bytes = step.peak_memory_bytes.max(theirs.peak_memory_bytes);
                }
                None => steps.push(theirs.clone()),
            }
        }
    }
}

/// The beginning of a measurement.
pub struct Begun {
    wall: Instant,
    cpu: Duration,
}

/// Begins a measurement: what was counted before is forgotten.
pub fn begin() -> Begun {
    for total in &TOTALS {
        [&total.wall, &total.cpu, &total.frames, &total.peak, &total.seen].iter().for_each(|n| n.store(0, Relaxed));
    }
    if let Ok(mut steps) = STEPS.lock() {
        steps.clear();
    }
    CHILDREN_CPU.store(0, Relaxed);
    Begun { wall: Instant::now(), cpu: process_cpu() }
}

impl Begun {
    /// The figures so far, for a run that has made so many frames.
    pub fn figures(&self, frames: usize) -> Figures {
        let cpu = process_cpu().saturating_sub(self.cpu) + Duration::from_nanos(CHILDREN_CPU.load(Relaxed));
        let (seconds, cpu) = (self.wall.elapsed().as_secs_f64(), cpu.as_secs_f64());
        let whole = frames as u64;
        let stages: Vec<StageFigures> =
            STAGES.iter().zip(&TOTALS).map(|(&(stage, name), total)| figures(stage, name, total, whole)).collect();
        let within: f64 = stages.iter().map(|s| s.cpu_seconds).sum();
        let steps = STEPS.lock().map(|s| s.clone()).unwrap_or_default();
        // The kernel's own count wavers by a few pages, so the last reading need not be the highest.
        let peaks = steps.iter().filter_map(|s| s.peak_memory_bytes).chain(peak_memory());
        Figures {
            frames: whole,
            seconds,
            cpu_seconds: cpu,
            frames_per_second: rate(whole, seconds),
            peak_memory_bytes: peaks.max(),
            cpu_seconds_elsewhere: (cpu - within).max(0.0),
            stages,
            steps,
        }
    }
}

fn figures(stage: Stage, name: &'static str, total: &Total, whole: u64) -> StageFigures {
    let seconds = |n: &AtomicU64| Duration::from_nanos(n.load(Relaxed)).as_secs_f64();
    let (frames, thread_seconds) = (total.frames.load(Relaxed), seconds(&total.wall));
    // A file is hashed by the byte; its rate is that of the frames in it.
    let through = if stage == Stage::Hash { whole } else { frames };
    StageFigures {
        name: name.into(),
        frames,
        thread_seconds,
        cpu_seconds: seconds(&total.cpu),
        frames_per_second: rate(through, thread_seconds),
        peak_memory_bytes: Some(total.peak.load(Relaxed)).filter(|&peak| peak > 0),
    }
}

fn rate(frames: u64, seconds: f64) -> Option<f64> {
    (frames > 0 && seconds > 0.0).then(|| frames as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds by the clock so far.
    fn spent(stage: Stage) -> f64 {
        Duration::from_nanos(TOTALS[stage as usize].wall.load(Relaxed)).as_secs_f64()
    }

    fn counted(stage: Stage) -> u64 {
        TOTALS[stage as usize].frames.load(Relaxed)
    }

    /// Sleeps at least so long; returns how long it was.
    fn nap(millis: u64) -> f64 {
        lasted(|| std::thread::sleep(Duration::from_millis(millis)))
    }

    fn lasted(work: impl FnOnce()) -> f64 {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    }

    #[test]
    fn every_stage_has_its_own_name_in_its_own_place() {
        assert!(STAGES.iter().enumerate().all(|(place, (stage, _))| *stage as usize == place));
    }

    /// One test, since the totals are the process's. No other test of the library covers, writes or verifies in stages.
    #[test]
    fn a_stage_within_a_stage_is_counted_once_and_all_of_verifying_as_verifying() {
        let totals = || [Stage::Cover, Stage::Write, Stage::Verify].map(|s| (spent(s), counted(s)));
        let before = totals();
        let (mut covering, mut writing, mut waited) = (0.0, 0.0, 0.0);
        let making = lasted(|| {
            work(Stage::Cover, || {
                covering = nap(10);
                work(Stage::Write, || writing = nap(30));
                count(Stage::Write, 2);
                waiting(|| waited = nap(50));
            })
        });
        let (mut worker, mut caller) = (0.0, 0.0);
        let verifying = lasted(|| {
            work(Stage::Verify, || {
                let on_behalf = on_behalf();
                let helping = || {
                    lasted(|| {
                        on_behalf.work(|| {
                            work(Stage::Cover, || {
                                let _ = nap(70);
                            })
                        })
                    })
                };
                std::thread::scope(|scope| {
                    let helper = scope.spawn(helping);
                    caller = lasted(|| waiting(|| worker = helper.join().unwrap_or(0.0)));
                });
                count(Stage::Cover, 9);
                count(Stage::Verify, 3);
            })
        });
        let after = totals();
        let [cover, write, verify] = [0, 1, 2].map(|place| after[place].0 - before[place].0);
        // However busy the machine is: at least what was slept, at most what was not spent elsewhere.
        assert!(
            cover >= covering && cover <= making - writing - waited,
            "{cover} {covering} {making} {writing} {waited}"
        );
        assert!(write >= writing && write <= making - covering - waited, "{write} {writing}");
        assert!(
            verify >= 0.07 && verify <= verifying - (caller - 0.001) + worker,
            "{verify} {verifying} {caller} {worker}"
        );
        let frames: Vec<u64> = after.iter().zip(before).map(|(a, b)| a.1 - b.1).collect();
        assert_eq!(frames, [0, 2, 3]);
    }

    #[test]
    fn steps_of_one_name_come_together_in_the_order_they_began() {
        for name in ["first in a test", "second in a test", "first in a test"] {
            step(name, || nap(5));
        }
        let steps = STEPS.lock().map(|s| s.clone()).unwrap_or_default();
        let mine: Vec<_> = steps.iter().filter(|s| s.name.ends_with("in a test")).collect();
        assert_eq!(mine.iter().map(|s| s.name.as_ref()).collect::<Vec<_>>(), ["first in a test", "second in a test"]);
        assert!(mine[0].seconds >= 0.01 && mine[1].seconds >= 0.005);
    }
}
