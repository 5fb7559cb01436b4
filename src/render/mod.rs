//! The only threads: stretches of the wanted frames, each decoded, covered and encoded by a task of its own, and
//! written in order. What is made depends on the footage and the request, never on the number of threads.

mod copy;
mod smart;
mod stills;
mod stretch;

pub use copy::each_copied;
pub use smart::Why;
pub use stills::{place, stills, unredacted};
pub use stretch::{Event, Stretch, cut, decode};

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::Orientation;
use crate::media::avcc::Avcc;
use crate::media::{CODING, Coded, Converter, Encoder, EncoderOptions, Muxer, REORDER, Target};
use crate::obscure::Method;
use crate::picture::Picture;
use crate::plan::{Plan, Segment};
use crate::progress::Progress;
use crate::stats::{self, Stage};
use crate::time::Lasts;
use crate::verify::{Source, Witness};

/// x264's own threads, for every stretch. Fixed, because their number decides its bytes; and two, because an encoder
/// holds some 200 MB of 1080p pictures whether it has one thread or two, and while one picture is decoded and covered
/// no more than another is there to encode.
const ENCODER_THREADS: usize = 2;

/// Covered pictures that wait for the encoder of their stretch: it takes them in bursts.
const READY: usize = 2;

/// Coded pictures that a stretch may have waiting for the writer.
const WAITING: usize = 256;

/// What a clip's pictures become before they are encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// How the encoder is set.
    pub encoder: EncoderOptions,
    /// Turned into the picture itself, because players do not agree on mirrored ones.
    pub baked: Orientation,
    /// Left to the player.
    pub display: Orientation,
}

impl Finish {
    /// For a piece of footage: 8-bit 4:2:0, even sides, mirrored pictures baked.
    pub fn new(footage: &Footage) -> Self {
        let mirrored = footage.orientation.mirrored;
        let (baked, display) = if mirrored {
            (footage.orientation, Orientation::default())
        } else {
            (Orientation::default(), footage.orientation)
        };
        let (width, height) = baked.displayed_size(footage.layout.width, footage.layout.height);
        let aspect = footage.sample_aspect;
        let encoder = EncoderOptions {
            width: width.next_multiple_of(2),
            height: height.next_multiple_of(2),
            sample_aspect: if baked.swaps_axes() && aspect.0 > 0 { (aspect.1, aspect.0) } else { aspect },
            colour: footage.colour,
            full_range: footage.layout.full_range,
            time_base: footage.time_base,
            interval: footage.median_interval,
            threads: ENCODER_THREADS,
            joins: None,
            coding: CODING,
        };
        Self { encoder, baked, display }
    }

    /// A covered picture of the footage as the encoder takes it.
    ///
    /// # Errors
    /// `Failed` when FFmpeg cannot convert it.
    pub fn apply<'p>(&self, picture: &'p Picture, converter: &mut Converter) -> Result<Cow<'p, Picture>> {
        let picture = converter.yuv420(picture)?;
        Ok(if self.baked == Orientation::default() { picture } else { Cow::Owned(picture.oriented(self.baked)) })
    }
}

/// How a clip is made: what is rendered, what is copied, and how that fits together.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendering {
    /// What rendered pictures become before and while they are encoded.
    pub finish: Finish,
    /// The wanted frames, in order.
    pub segments: Vec<Segment>,
    /// The parameter sets of all coded pictures.
    sets: Avcc,
    /// Pictures that a decoder may hold back for reordering.
    reorder: usize,
}

impl Rendering {
    /// Everything is rendered.
    ///
    /// # Errors
    /// `Failed` when x264 cannot encode the footage's size.
    pub fn full(footage: &Footage, plan: &Plan) -> Result<Self> {
        let finish = Finish::new(footage);
        let sets = Encoder::open(&finish.encoder)?.sets()?;
        let frames = &plan.selection.frames;
        let all = frames.first().copied().unwrap_or(0)..frames.last().map_or(0, |last| last + 1);
        Ok(Self { finish, segments: vec![Segment::Rendered(all)], sets, reorder: REORDER })
    }

    /// What tasks work on, in order.
    fn pieces(&self, footage: &Footage) -> Vec<Piece> {
        let of = |segment: &Segment| match segment {
            Segment::Copied(frames) => vec![Piece::Copy(frames.clone())],
            Segment::Rendered(frames) => {
                let frames: Vec<usize> = frames.clone().collect();
                cut(footage, &frames).into_iter().map(Piece::Render).collect()
            }
        };
        self.segments.iter().flat_map(of).collect()
    }
}

/// What one task works on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// These frames are copied as they were coded.
    Copy(Range<usize>),
    /// These are decoded, covered and encoded.
    Render(Stretch),
}

/// Makes a clip: every wanted frame shown to the witness, covered and encoded again, or copied where `rendering` says
/// so.
///
/// # Errors
/// `Unsafe` for damage in the window that the plan does not cover; `Failed` for reading, encoding and writing;
/// `Unverified` when the footage's coded pictures are not those that the rendering was planned on; `Interrupted`.
pub fn clip(
    rendering: &Rendering,
    method: &Method,
    witness: &Witness<'_>,
    path: &Path,
    threads: usize,
    progress: &dyn Progress,
) -> Result<()> {
    let Rendering { finish, sets, reorder, .. } = rendering;
    let Source { footage, plan } = witness.source();
    let pieces = rendering.pieces(footage);
    let encoder = Encoder::open(&finish.encoder)?;
    let muxer = Muxer::create(path, &encoder, sets, footage.time_base, finish.display)?;
    drop(encoder);
    let mut writer = Writer { footage, plan, muxer, written: 0, origin: 0, reorder: *reorder };
    let pool = pool(threads.div_ceil(ENCODER_THREADS))?;
    let stop = AtomicBool::new(false);
    let task = |piece: &Piece, out: SyncSender<Result<Coded>>| {
        let mut send = |coded| stats::waiting(|| out.send(Ok(coded))).map_err(|_| Error::interrupted());
        let result = match piece {
            Piece::Copy(frames) => copy::copy(footage, plan, frames, &stop, &mut send),
            Piece::Render(stretch) => encode(witness, method, rendering, stretch, &stop, &mut send),
        };
        if let Err(e) = result {
            // The writer may be gone because of another stretch's error; then that one is told.
            drop(out.send(Err(e)));
        }
    };
    let ahead = 2 * pool.current_num_threads();
    pool.in_place_scope_fifo(|scope| {
        let mut waiting = std::collections::VecDeque::new();
        let mut rest = pieces.iter();
        let result = (|| {
            loop {
                while waiting.len() < ahead
                    && let Some(piece) = rest.next()
                {
                    let (out, coded): (_, Receiver<Result<Coded>>) = sync_channel(WAITING);
                    let task = &task;
                    scope.spawn_fifo(move |_| task(piece, out));
                    waiting.push_back(coded);
                }
                let Some(coded) = waiting.pop_front() else { return Ok(()) };
                for packet in coded {
                    let packet = packet?;
                    stats::work(Stage::Write, || writer.write(&packet))?;
                    stats::count(Stage::Write, 1);
                    progress.step(1)?;
                }
            }
        })();
        stop.store(true, Ordering::Relaxed);
        result
    })?;
    stats::work(Stage::Write, || writer.finish())
}

/// A pool of threads of our own, so that `--threads` means what it says.
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| Error::failed(format!("cannot start threads: {e}")))
}

/// Decodes, covers and encodes one stretch: a thread decodes and covers while this one encodes.
fn encode(
    witness: &Witness<'_>,
    method: &Method,
    rendering: &Rendering,
    stretch: &Stretch,
    stop: &AtomicBool,
    out: &mut dyn FnMut(Coded) -> Result<()>,
) -> Result<()> {
    let Rendering { finish, sets, .. } = rendering;
    let Source { footage, plan } = witness.source();
    let origin = footage.frames[plan.selection.frames[0]].ticks;
    std::thread::scope(|scope| {
        let (ready, covered) = sync_channel(READY);
        let (done, used) = channel();
        let covering = scope.spawn(|| {
            let (ready, used) = (ready, used);
            cover(witness, method, finish, stretch, stop, |index, picture| {
                stats::waiting(|| ready.send((index, picture))).map_err(|_| Error::interrupted())?;
                Ok(used.try_recv().ok())
            })
        });
        let mut encoder = Encoder::open(&finish.encoder)?;
        let own = encoder.sets()?;
        if !own.sps.iter().all(|unit| sets.sps.contains(unit)) || !own.pps.iter().all(|unit| sets.pps.contains(unit)) {
            return Err(Error::unverified("x264 gives one stretch other parameter sets than the rest"));
        }
        for (index, picture) in covered {
            let ticks = footage.frames[index].ticks - origin;
            stats::count(Stage::Encode, 1);
            stats::work(Stage::Encode, || {
                encoder.send(&picture, ticks, footage.follows_gap(index), &mut |coded| out(coded))
            })?;
            // Nobody needs it again once everything is covered.
            drop(done.send(picture));
        }
        covering.join().map_err(|_| Error::failed("a task failed"))??;
        stats::work(Stage::Encode, || encoder.finish(&mut |coded| out(coded)))
    })
}

/// Decodes one stretch, shows each frame to the witness, covers it and passes it on as the encoder takes it. `pass`
/// may return a picture that is no longer needed, whose memory is used again.
fn cover(
    witness: &Witness<'_>,
    method: &Method,
    finish: &Finish,
    stretch: &Stretch,
    stop: &AtomicBool,
    mut pass: impl FnMut(usize, Picture) -> Result<Option<Picture>>,
) -> Result<()> {
    let Source { footage, plan } = witness.source();
    let mut converter = Converter::new(footage.layout, &footage.colour, Target::Yuv420)?;
    let mut notes = witness.notes();
    decode(footage, stretch, |event| {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        match event {
            Event::Spoiled(frames) => refuse_damage(footage, plan, &frames),
            Event::Frame(index, picture) => {
                let Some(cover) = plan.cover(index) else { return Ok(()) };
                stats::work(Stage::Verify, || notes.note(index, picture, finish, &mut converter))?;
                if !cover.is_empty() {
                    stats::work(Stage::Cover, || method.apply(picture, cover));
                    stats::count(Stage::Cover, 1);
                }
                let finished = match stats::work(Stage::Encode, || finish.apply(picture, &mut converter))? {
                    Cow::Owned(finished) => finished,
                    Cow::Borrowed(_) => std::mem::replace(picture, Picture::empty()),
                };
                if let Some(used) = pass(index, finished)? {
                    *picture = used;
                }
                Ok(())
            }
        }
    })?;
    stats::work(Stage::Verify, || notes.finish())
}

/// Damage that the plan does not cover whole stops the run.
///
/// # Errors
/// `Unsafe`, with when.
pub(crate) fn refuse_damage(footage: &Footage, plan: &Plan, spoiled: &[usize]) -> Result<()> {
    let whole = crate::cover::Cover::whole();
    let open = |f: &&usize| plan.cover(**f).is_some_and(|c| *c != whole);
    let mut shown = spoiled.iter().filter(open);
    let Some(&first) = shown.next() else { return Ok(()) };
    let last = shown.next_back().copied().unwrap_or(first);
    Err(Error::stopped(format!(
        "{}: the footage is damaged from {} to {} (frames {first} to {last}): what a damaged frame shows cannot be known",
        footage.name,
        footage.position(first),
        footage.position(last)
    ))
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
    let spoiled = each_stretch(footage, frames, threads, |stretch| {
        let mut spoiled = Vec::new();
        decode(footage, stretch, |event| {
            if let Event::Spoiled(frames) = event {
                spoiled.extend(frames);
            }
            progress.check()
        })?;
        Ok(spoiled)
    })?;
    let mut all: Vec<usize> = spoiled.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Coded pictures in order into the file, each with its decoding time and duration.
struct Writer<'a> {
    footage: &'a Footage,
    plan: &'a Plan,
    muxer: Muxer,
    written: usize,
    /// The picture from which decoding times count: the first, or the first after the last recording gap.
    origin: usize,
    /// See [`Rendering`].
    reorder: usize,
}

impl Writer<'_> {
    /// The n-th picture in decoding order is shown no earlier than the (n - reorder)-th, so that one's time is a
    /// decoding time that is never after its own.
    fn write(&mut self, coded: &Coded) -> Result<()> {
        let frames = &self.plan.selection.frames;
        let ticks = |place: usize| {
            frames.get(place).map_or(0, |&f| self.footage.frames[f].ticks - self.footage.frames[frames[0]].ticks)
        };
        if frames.get(self.written).is_some_and(|&f| self.footage.follows_gap(f)) {
            // Nothing refers across a gap, and a decoding time hours before its picture is not read by every player.
            self.origin = self.written;
        }
        let decode = match self.written.checked_sub(self.reorder).filter(|&place| place >= self.origin) {
            Some(place) => ticks(place),
            None => {
                ticks(self.origin) - (self.origin + self.reorder - self.written) as i64 * self.footage.median_interval
            }
        };
        self.muxer.write(&coded.data, coded.ticks, decode, self.duration(coded.ticks), coded.key)?;
        self.written += 1;
        Ok(())
    }

    /// Until the next frame; for the last one, until its own end or the window's, whichever is first.
    fn duration(&self, ticks: i64) -> Lasts {
        let frames = &self.plan.selection.frames;
        let all = &self.footage.frames;
        let origin = all[frames[0]].ticks;
        let place = frames.partition_point(|&f| all[f].ticks - origin <= ticks);
        match frames.get(place) {
            Some(&next) => Lasts { ticks: all[next].ticks - origin - ticks, at_most: None },
            None => self.plan.selection.last_lasts(self.footage),
        }
    }

    fn finish(self) -> Result<()> {
        if self.written != self.plan.selection.frames.len() {
            let (written, wanted) = (self.written, self.plan.selection.frames.len());
            return Err(Error::unverified(format!("{written} frames were encoded, not the {wanted} of the window")));
        }
        self.muxer.finish()
    }
}
