//! A track laid over the footage's frames: which frames it has a box in, and which box.

use super::{KeyFrame, Sampling, Track, When, formats};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::BoundingBox;

/// An unbroken run of frames with a box in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Number of the first frame.
    pub first: usize,
    /// One box a frame, at least one.
    pub boxes: Vec<BoundingBox>,
    /// The file itself says that the box ends here, rather than merely having none in the next frame.
    pub ended: bool,
}

impl Run {
    /// Number of the last frame.
    pub fn last(&self) -> usize {
        self.first + self.boxes.len() - 1
    }

    /// The box in a frame.
    pub fn at(&self, frame: usize) -> Option<BoundingBox> {
        self.boxes.get(frame.checked_sub(self.first)?).copied()
    }
}

/// Lays a track over the footage. Key frames after the footage's end pull boxes towards them and are not shown.
///
/// # Errors
/// `Failed` when key frames are not in order of time; `Usage` for one by the wall clock, which has no place by itself.
pub fn lay(track: &Track, footage: &Footage) -> Result<Vec<Run>> {
    let place = |k| Ok((coordinate(track, k, footage)?, k));
    let keys: Vec<(f64, &KeyFrame)> = track.keyframes.iter().map(place).collect::<Result<_>>()?;
    if let Some(w) = keys.windows(2).find(|w| w[1].0 <= w[0].0) {
        return Err(Error::failed(format!(
            "track {}: the key frame {:?} does not come after {:?}",
            track.id, w[1].1.when, w[0].1.when
        ))
        .hint("each key frame must be later than the one before"));
    }
    if track.whole {
        let Some(first) = keys.first() else { return Ok(Vec::new()) };
        return Ok(vec![Run { first: 0, boxes: vec![first.1.shape; footage.frames.len()], ended: true }]);
    }
    let count = footage.count();
    let mut runs = Runs(Vec::new());
    for (index, &(at, key)) in keys.iter().enumerate() {
        if key.end {
            runs.end();
            continue;
        }
        let next = keys.get(index + 1);
        let from = first_at_or_after(track.sampling, at, footage);
        let moving = next.filter(|_| track.sampling != Sampling::EveryFrame);
        let to = moving.map_or(from, |n| first_at_or_after(track.sampling, n.0, footage));
        for frame in from..to {
            let (end, target) = (moving.map_or(at, |n| n.0), moving.map_or(key.shape, |n| n.1.shape));
            let share = (frame_coordinate(track.sampling, frame, footage) - at) / (end - at);
            runs.push(frame, key.shape.lerp(target, share));
        }
        if moving.is_none_or(|n| n.1.end && from == to) {
            // A last key frame, and a presence that begins and ends between two frames, shows in the frame on the
            // screen at its time.
            let shown = last_at_or_before(track.sampling, at, footage)
                .filter(|&f| f + 1 < count || at <= last_instant(track.sampling, footage));
            if let Some(frame) = shown {
                runs.push(frame, key.shape);
            }
        }
    }
    Ok(shown(runs.0, footage))
}

/// Runs of frame numbers as runs of the frames that are shown: numbers run over frames, too, that are shown from
/// the next file.
fn shown(runs: Vec<Run>, footage: &Footage) -> Vec<Run> {
    if footage.parts.iter().all(|p| p.repeated.is_empty()) {
        return runs;
    }
    let of_shown = |run: Run| {
        let boxes = (run.first..).zip(&run.boxes);
        let mut places = boxes.filter_map(|(number, shape)| Some((footage.shown(number)?, *shape))).peekable();
        let first = places.peek()?.0;
        Some(Run { first, boxes: places.map(|(_, shape)| shape).collect(), ended: run.ended })
    };
    runs.into_iter().filter_map(of_shown).collect()
}

struct Runs(Vec<Run>);

impl Runs {
    fn push(&mut self, frame: usize, shape: BoundingBox) {
        match self.0.last_mut() {
            Some(run) if run.last() >= frame => {}
            Some(run) if run.last() + 1 == frame && !run.ended => run.boxes.push(shape),
            _ => self.0.push(Run { first: frame, boxes: vec![shape], ended: false }),
        }
    }

    fn end(&mut self) {
        if let Some(run) = self.0.last_mut() {
            run.ended = true;
        }
    }
}

/// Where a key frame lies on the axis its track moves along: nanoseconds, or frame numbers.
fn coordinate(track: &Track, key: &KeyFrame, footage: &Footage) -> Result<f64> {
    let count = footage.count();
    let sampling = track.sampling;
    Ok(match (sampling, key.when) {
        (_, When::Clock { .. }) => {
            return formats::stated_number(key.when).map(|n| n as f64).map_err(|e| e.at(format!("track {}", track.id)));
        }
        (Sampling::KeyFrames, When::Time(t)) => footage.run_on(t) as f64,
        (Sampling::KeyFrames, When::Frame(n)) if (n as usize) < count => footage.running(n as usize) as f64,
        (Sampling::KeyFrames, When::Frame(n)) => {
            let beyond = (n - count as u64) as f64;
            end(footage) + beyond * footage.time_base.position(footage.median_interval).nanos() as f64
        }
        (_, When::Frame(n)) => n as f64,
        (_, When::Time(t)) => {
            let before = footage.frame_at(t).unwrap_or(0);
            let (start, step) =
                (footage.position(before), footage.time_base.position(footage.duration_ticks(before).max(1)).nanos());
            let number = footage.number(before) as f64 + t.since(start) as f64 / step as f64;
            if sampling == Sampling::EveryFrame { number.round() } else { number }
        }
    })
}

fn frame_coordinate(sampling: Sampling, number: usize, footage: &Footage) -> f64 {
    match sampling {
        Sampling::KeyFrames => footage.running(number) as f64,
        _ => number as f64,
    }
}

fn first_at_or_after(sampling: Sampling, at: f64, footage: &Footage) -> usize {
    match sampling {
        Sampling::KeyFrames => footage.first_number(|nanos| nanos as f64 >= at),
        _ => (at.ceil().max(0.0) as usize).min(footage.count()),
    }
}

fn last_at_or_before(sampling: Sampling, at: f64, footage: &Footage) -> Option<usize> {
    match sampling {
        Sampling::KeyFrames => footage.first_number(|nanos| nanos as f64 > at).checked_sub(1),
        _ if at < 0.0 => None,
        _ => Some((at.floor() as usize).min(footage.count().saturating_sub(1))),
    }
}

/// The end of the last frame on the axis of time.
fn end(footage: &Footage) -> f64 {
    footage.run_on(footage.end()) as f64
}

/// The last coordinate at which the last frame is still on the screen.
fn last_instant(sampling: Sampling, footage: &Footage) -> f64 {
    match sampling {
        Sampling::KeyFrames => end(footage) - 1.0,
        _ => footage.count() as f64 - 1e-9,
    }
}
