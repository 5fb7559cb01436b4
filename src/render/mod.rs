//! The only threads: stretches of the wanted frames, each decoded, covered and encoded by a task of its own, and
//! written in order. What is made depends on the footage and the request, never on the number of threads.

mod clip;
mod copy;
mod rendering;
mod smart;
mod sound;
mod stills;
mod stretch;
mod working_copy;
mod writer;

pub use clip::clip;
pub use copy::each_copied;
pub use rendering::{Finish, Rendering};
pub use smart::Why;
pub use sound::{Sound, sound};
pub use stills::{place, stills, unredacted};
pub use stretch::{Event, Stretch, cut, decode};
pub use working_copy::{Sheet, working_copy};

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result, Spot, Trouble};
use crate::footage::Footage;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stats;

/// A pool of threads of our own, so that `--threads` means what it says.
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| Error::failed(format!("cannot start threads: {e}")))
}

/// Damage that the plan does not cover whole stops the run.
///
/// # Errors
/// `Unsafe`, with when.
pub(crate) fn refuse_damage(footage: &Footage, plan: &Plan, spoiled: &[usize]) -> Result<()> {
    let whole = crate::cover::Cover::whole();
    let open = |f: &&usize| plan.cover(**f).is_some_and(|c| *c != whole);
    let shown: Vec<usize> = spoiled.iter().filter(open).copied().collect();
    let (Some(&first), Some(&last)) = (shown.first(), shown.last()) else { return Ok(()) };
    let spots = shown.chunk_by(|a, b| a + 1 == *b).filter_map(|run| {
        let (first, last) = (*run.first()?, *run.last()?);
        let to = footage.time_base.position(footage.frames.get(last)?.ticks + footage.duration_ticks(last));
        Some(Spot { what: Trouble::Damage, track: None, from: footage.position(first).seconds(), to: to.seconds() })
    });
    Err(Error::stopped(format!(
        "{}: the footage is damaged from {} to {} (frames {first} to {last}): what a damaged frame shows cannot be known",
        footage.name,
        footage.position(first),
        footage.position(last),
        first = footage.number(first),
        last = footage.number(last),
    ))
    .over(spots.collect())
    .hint("export it again if the recorder still holds it; otherwise --damaged cover (\"damaged\": \"cover\") covers those frames whole, or ask for a window without them"))
}

/// Works on the stretches of some frames in parallel; results in order.
///
/// # Errors
/// What `work` gives.
pub fn each_stretch<T: Send>(
    footage: &Footage,
    frames: &[usize],
    threads: usize,
    work: impl Fn(&Stretch) -> Result<T> + Sync + Send,
) -> Result<Vec<T>> {
    in_stretches(&cut(footage, frames), threads, work)
}

/// Works on stretches in parallel; results in order.
///
/// # Errors
/// What `work` gives.
pub fn in_stretches<T: Send>(
    stretches: &[Stretch],
    threads: usize,
    work: impl Fn(&Stretch) -> Result<T> + Sync + Send,
) -> Result<Vec<T>> {
    use rayon::prelude::*;
    let (pool, for_us) = (pool(threads)?, stats::on_behalf());
    let work = |stretch: &Stretch| for_us.work(|| work(stretch));
    stats::waiting(|| pool.install(|| stretches.par_iter().map(work).collect()))
}

/// Works on several things at once, at most `jobs`; results in order. Plain threads: a pool's worker that waits for
/// another pool would begin the next thing meanwhile.
///
/// # Errors
/// `Failed` when a result is lost.
pub fn in_parallel<I: Sync, T: Send>(jobs: usize, items: &[I], work: impl Fn(&I) -> T + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            scope.spawn(|| {
                while let Some((place, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?)))
                {
                    let result = work(item);
                    if let Ok(mut done) = done.lock() {
                        done.push((place, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|_| Error::failed("a task failed"))?;
    done.sort_by_key(|d| d.0);
    Ok(done.into_iter().map(|d| d.1).collect())
}

/// The wanted frames that damage spoils, in order. Decodes them all once.
///
/// # Errors
/// `Failed` when the footage cannot be read; `Interrupted`.
pub fn survey(footage: &Footage, frames: &[usize], threads: usize, progress: &dyn Progress) -> Result<Vec<usize>> {
    let spoiled = each_stretch(footage, frames, threads, |stretch| spoiled_in(footage, stretch, progress))?;
    let mut all: Vec<usize> = spoiled.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The frames of one stretch that damage spoils, in no order. Decodes it once.
///
/// # Errors
/// As [`survey`].
pub fn spoiled_in(footage: &Footage, stretch: &Stretch, progress: &dyn Progress) -> Result<Vec<usize>> {
    let mut spoiled = Vec::new();
    decode(footage, stretch, |event| {
        if let Event::Spoiled(frames) = event {
            spoiled.extend(frames);
        }
        progress.check()
    })?;
    Ok(spoiled)
}
