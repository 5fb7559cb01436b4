//! Tracks placed by the wall clock, laid on the frames that were taken at those times.
//!
//! The clock is the recorder's own: what a camera or recorder writes of its picture, it times by the clock that it
//! times the picture with. How far that clock is off (`--clock-error`) therefore moves neither against the other.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{KeyFrame, TrackFile, When};
use crate::clock::{self, Clock};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::BoundingBox;
use crate::request::Obscure;

/// A box so long before the first frame or after the last still counts for that frame, in nanoseconds: metadata comes a
/// few times a second, and the gap between two boxes must not open at the footage's edge.
const EDGE: i64 = 1_000_000_000;

/// Gives every key frame of a file that is placed by the clock its frame numbers; other files stay as they are.
///
/// A box belongs to the frame nearest to its time. Where the clock's start is known to a second only, it belongs to
/// every frame within a second, before and after, and boxes that meet in a frame become one around all of them.
///
/// # Errors
/// `Usage` without a clock; `Unsafe` when nothing of the file is of the footage's time, and when `obscure` leaves the
/// requester's boxes clear that the clock does not place to the frame.
pub fn place(file: &mut TrackFile, clock: Option<&Clock>, footage: &Footage, obscure: Obscure) -> Result<()> {
    let keys = || file.tracks.iter().flat_map(|track| &track.keyframes);
    if !keys().any(|key| matches!(key.when, When::Clock { .. })) {
        return Ok(());
    }
    let clock = clock.ok_or_else(|| {
        Error::usage("the tracks are placed by the wall clock, and it is not known when the footage starts")
            .hint(clock::starts(&footage.parts[0].clocks))
    })?;
    if clock.uncertain_nanos > 0 && obscure == Obscure::AllButSubject {
        return Err(Error::stopped("the tracks are placed by the wall clock, but the footage's start is not known to the frame, so where the requester is in a frame is not certain")
            .hint("find the first frame at which the seconds of the clock in the picture change, and give the start with its fraction, for example --clock-start 2026-10-12T09:00:00.640"));
    }
    let total = keys().count();
    let scale = Scale { start: clock.start, slack: clock.uncertain_nanos, footage };
    let mut placed = 0;
    for track in &mut file.tracks {
        let mut boxes: BTreeMap<u64, BoundingBox> = BTreeMap::new();
        for key in &track.keyframes {
            let frames = scale.frames(key.when);
            placed += usize::from(!frames.is_empty());
            for frame in frames {
                boxes
                    .entry(footage.number(frame) as u64)
                    .and_modify(|all| *all = all.hull(key.shape))
                    .or_insert(key.shape);
            }
        }
        let key = |(frame, shape)| KeyFrame { when: When::Frame(frame), shape, end: false };
        track.keyframes = boxes.into_iter().map(key).collect();
    }
    let before = file.tracks.len();
    file.tracks.retain(|track| !track.keyframes.is_empty());
    if placed == 0 {
        return Err(elsewhere(file, clock, footage));
    }
    file.annotated = file.binding.times.and_then(|(from, until)| {
        let frames = scale.frames(When::Clock { from, until });
        let number = |frame: &usize| footage.number(*frame) as u64;
        Some((number(frames.start()), number(frames.end()))).filter(|_| !frames.is_empty())
    });
    file.notes.push("its times are taken as the recorder's own, which the footage is timed by".to_owned());
    if clock.uncertain_nanos > 0 {
        let seconds = clock.uncertain_nanos as f64 / 1e9;
        file.notes.push(format!("the footage's start is known to {seconds} s only, so each box covers so long before and after its time too; give --clock-start with its fraction of a second to cover less"));
    }
    if placed < total {
        let gone = before - file.tracks.len();
        file.notes.push(format!(
            "{} of {total} boxes, with {gone} whole tracks, are of other times than the footage",
            total - placed
        ));
    }
    Ok(())
}

/// From the wall clock to frames.
struct Scale<'a> {
    /// At the first frame.
    start: Timestamp,
    /// Nanoseconds by which that may be wrong, either way.
    slack: i64,
    footage: &'a Footage,
}

impl Scale<'_> {
    /// The frames that a box at that time belongs to; none for one of another time.
    fn frames(&self, when: When) -> std::ops::RangeInclusive<usize> {
        #[allow(clippy::reversed_empty_ranges)]
        let none = 1..=0;
        let When::Clock { from, until } = when else { return none };
        let (from, until) = (self.nanos(from).saturating_sub(self.slack), self.nanos(until).saturating_add(self.slack));
        let footage = self.footage;
        if until < -EDGE || from > footage.end().nanos().saturating_add(EDGE) {
            return none;
        }
        let nanos = |frame: usize| footage.position(frame).nanos();
        let end = footage.frames.len().saturating_sub(1);
        let first = footage.frames.partition_point(|f| footage.time_base.position(f.ticks).nanos() < from);
        let after = footage.frames.partition_point(|f| footage.time_base.position(f.ticks).nanos() <= until);
        if first < after {
            return first..=after - 1;
        }
        // Between two frames, or just beyond the first or the last.
        let nearest = match first.checked_sub(1) {
            Some(before) if first > end || from - nanos(before) < nanos(first) - until => before,
            _ => first.min(end),
        };
        nearest..=nearest
    }

    /// Nanoseconds from the first frame.
    fn nanos(&self, at: Timestamp) -> i64 {
        let nanos = at.as_nanosecond() - self.start.as_nanosecond();
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN / 4 } else { i64::MAX / 4 })
    }
}

/// The stop for a file of quite another time.
fn elsewhere(file: &TrackFile, clock: &Clock, footage: &Footage) -> Error {
    let shown = |at: Timestamp| clock::for_data(&at.to_zoned(clock.zone.clone()));
    let ends = [crate::time::Position::ZERO, footage.end()].map(|p| clock.recorder_time(p));
    let Some((from, until)) = file.binding.times else { return Error::stopped("no box is of the footage's time") };
    let hours = (-14..=14).filter(|h| *h != 0).find(|hours| {
        let moved = |at: Timestamp| at.as_second() + hours * 3600;
        moved(from) <= ends[1].timestamp().as_second() && moved(until) >= ends[0].timestamp().as_second()
    });
    let advice = match hours {
        Some(hours) => format!("it would fit if its times were {hours:+} hours from what they say: they may be local times called UTC, or the footage's zone is another (--clock-zone)"),
        None => "check the day and the start of the footage (--clock-start), and that the metadata is of this camera's recording".to_owned(),
    };
    let [start, end] = ends.map(|at| clock::for_data(&at));
    Error::stopped(format!("the tracks are of {} to {}, the footage is of {start} to {end}", shown(from), shown(until)))
        .hint(advice)
}
