//! A clip: its stretches decoded, covered and encoded side by side, or copied, and written in order.

use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use super::rendering::{ENCODER_THREADS, Finish, Piece, Rendering};
use super::sound::Sound;
use super::stretch::{Event, Stretch, decode};
use super::writer::Writer;
use super::{copy, pool, refuse_damage};
use crate::error::{Error, Result};
use crate::media::{Besides, Coded, Converter, Encoder, Muxer, Target};
use crate::obscure::Method;
use crate::picture::Picture;
use crate::progress::Progress;
use crate::stats::{self, Stage};
use crate::verify::{Source, Witness};

/// Covered pictures that wait for the encoder of their stretch: it takes them in bursts.
const READY: usize = 2;

/// Coded pictures that a stretch may have waiting for the writer.
const WAITING: usize = 256;

/// Makes a clip: every wanted frame shown to the witness, covered and encoded again, or copied where `rendering` says
/// so; and its sound, where there is any.
///
/// # Errors
/// `Unsafe` for damage in the window that the plan does not cover; `Failed` for reading, encoding and writing;
/// `Unverified` when the footage's coded pictures are not those that the rendering was planned on; `Interrupted`.
pub fn clip(
    rendering: &Rendering,
    method: &Method,
    witness: &Witness<'_>,
    sound: Option<&Sound>,
    path: &Path,
    threads: usize,
    progress: &dyn Progress,
) -> Result<()> {
    let Rendering { finish, sets, reorder, .. } = rendering;
    let Source { footage, plan } = witness.source();
    let pieces = rendering.pieces(footage);
    let encoder = Encoder::open(&finish.encoder)?;
    let besides = Besides { sound: sound.map(|s| &s.encoder), title: None };
    let muxer = Muxer::create(path, &encoder, sets, footage.time_base, finish.display, besides)?;
    drop(encoder);
    let mut writer = Writer::new(footage, plan, muxer, *reorder, sound);
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
