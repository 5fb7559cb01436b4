//! What a written file must hold, small enough to stand in the log, so that a pack can be checked again without the
//! footage.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cover::Cover;
use crate::geometry::Rect;
use crate::time::{Lasts, Position, TimeBase};

/// What a clip must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedClip {
    /// Stored columns and rows of the written picture.
    pub size: [u32; 2],
    /// Seconds per tick, as numerator and denominator.
    pub time_base: [i32; 2],
    /// Ticks from each frame to the next, as `[ticks, how often]`, in order; one fewer in all than there are frames.
    pub intervals: Vec<[i64; 2]>,
    /// How long the last frame is shown.
    pub last: Lasts,
    /// Clockwise quarter turns that the player makes.
    pub quarter_turns: u8,
    /// Frames that were copied as the footage codes them: first, and the one after the last. The others were rendered.
    #[serde(default)]
    pub copied: Vec<[usize; 2]>,
    /// Its sound, where it was asked for.
    #[serde(default)]
    pub sound: Option<ExpectedSound>,
    /// What is covered, in stored pixels of the written picture. Each entry holds from its frame (0-based, in the
    /// clip) to the next entry's.
    pub covers: Vec<CoverEntry>,
}

/// What a clip's sound must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedSound {
    /// Samples a second.
    pub rate: u32,
    /// 1 or 2.
    pub channels: u16,
    /// Samples of each channel, from the first picture on.
    pub samples: u64,
    /// Stretches of silence: first sample, and the one after the last.
    pub muted: Vec<[u64; 2]>,
    /// SHA-256 of the coded packets, one after another, lower-case hex.
    pub sha256: String,
}

/// What a still must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedStill {
    /// Columns and rows of the picture above the band.
    pub picture: [u32; 2],
    /// Number of the frame in the footage.
    pub frame: usize,
    /// What is covered, in pixels of the still.
    pub cover: CoverEntry,
}

/// What is covered from one frame on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverEntry {
    /// The first frame it holds for.
    pub frame: usize,
    /// Covered rectangles: left, top, right, bottom, the last two exclusive.
    pub boxes: Vec<[u32; 4]>,
    /// Where everything but some rectangles is covered: those.
    #[serde(default)]
    pub all_but: Option<Vec<[u32; 4]>>,
}

impl CoverEntry {
    /// From a frame's cover, each rectangle passed through `place`.
    pub fn new(frame: usize, cover: &Cover, place: impl Fn(Rect) -> Rect) -> Self {
        let corners = |r: &Rect| {
            let r = place(*r);
            [r.x0, r.y0, r.x1, r.y1]
        };
        Self {
            frame,
            boxes: cover.boxes.iter().map(corners).collect(),
            all_but: cover.all_but.as_ref().map(|clear| clear.iter().map(corners).collect()),
        }
    }

    /// The cover it stands for. Rectangles that are none are left out.
    pub fn cover(&self) -> Cover {
        let rect =
            |c: &[u32; 4]| Some(Rect { x0: c[0], y0: c[1], x1: c[2], y1: c[3] }).filter(|r| r.x0 < r.x1 && r.y0 < r.y1);
        Cover {
            boxes: self.boxes.iter().filter_map(rect).collect(),
            all_but: self.all_but.as_ref().map(|clear| clear.iter().filter_map(rect).collect()),
        }
    }
}

impl ExpectedClip {
    /// Seconds per tick.
    pub fn base(&self) -> TimeBase {
        TimeBase { num: self.time_base[0].max(1), den: self.time_base[1].max(1) }
    }

    /// The ticks of every frame, the first at 0.
    pub fn ticks(&self) -> Vec<i64> {
        let steps = self
            .intervals
            .iter()
            .flat_map(|&[ticks, count]| std::iter::repeat_n(ticks, count.clamp(0, 10_000_000) as usize));
        std::iter::once(0)
            .chain(steps.scan(0i64, |at, step| {
                *at = at.saturating_add(step);
                Some(*at)
            }))
            .collect()
    }

    /// The time of every frame, in so many ticks a second.
    pub fn times_in(&self, scale: u32) -> Vec<i128> {
        self.ticks().into_iter().map(|ticks| self.in_scale(ticks, scale)).collect()
    }

    /// Ticks in so many a second.
    pub fn in_scale(&self, ticks: i64, scale: u32) -> i128 {
        let base = self.base();
        i128::from(ticks) * i128::from(base.num) * i128::from(scale) / i128::from(base.den)
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        1 + self.intervals.iter().map(|&[_, count]| count.max(0) as usize).sum::<usize>()
    }

    /// The last frame's time.
    pub fn last_time(&self) -> Position {
        let ticks =
            self.intervals.iter().fold(0i64, |sum, &[ticks, count]| sum.saturating_add(ticks.saturating_mul(count)));
        self.base().position(ticks)
    }

    /// The frames between those that were copied.
    pub fn rendered(&self) -> Vec<Range<usize>> {
        let starts = std::iter::once(0).chain(self.copied.iter().map(|c| c[1]));
        let ends = self.copied.iter().map(|c| c[0]).chain(std::iter::once(self.frames()));
        starts.zip(ends).map(|(start, end)| start..end).filter(|r| !r.is_empty()).collect()
    }

    /// Whether a frame of the clip was copied as the footage codes it.
    pub fn is_copied(&self, frame: usize) -> bool {
        self.copied.iter().any(|&[first, end]| (first..end).contains(&frame))
    }

    /// How many frames were copied.
    pub fn copied_frames(&self) -> usize {
        self.copied.iter().map(|&[first, end]| end.saturating_sub(first)).sum()
    }

    /// Whether what was copied is runs of the clip's frames, in order, apart, and covered nowhere.
    pub fn is_sound(&self) -> bool {
        let ends = std::iter::once(0).chain(self.copied.iter().map(|c| c[1]));
        let apart = self.copied.iter().zip(ends).all(|(&[first, end], before)| before <= first && first < end);
        apart
            && self.copied.last().is_none_or(|c| c[1] <= self.frames())
            && self.copied.iter().all(|&[first, end]| (first..end).all(|f| self.cover(f).is_empty()))
    }

    /// What is covered in a frame of the clip.
    pub fn cover(&self, frame: usize) -> Cover {
        let entry = self.covers.partition_point(|c| c.frame <= frame).checked_sub(1);
        entry.map_or_else(Cover::default, |i| self.covers[i].cover())
    }
}

/// Runs of equal intervals between ascending ticks.
pub fn intervals(ticks: &[i64]) -> Vec<[i64; 2]> {
    let mut runs: Vec<[i64; 2]> = Vec::new();
    for step in ticks.windows(2).map(|w| w[1] - w[0]) {
        match runs.last_mut() {
            Some(run) if run[0] == step => run[1] += 1,
            _ => runs.push([step, 1]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_give_back_every_tick() {
        let ticks = [0, 40, 80, 130, 170, 9170];
        let clip = ExpectedClip {
            size: [2, 2],
            time_base: [1, 1000],
            intervals: intervals(&ticks),
            last: Lasts { ticks: 40, at_most: None },
            quarter_turns: 0,
            copied: vec![],
            sound: None,
            covers: vec![],
        };
        assert_eq!(clip.ticks(), ticks);
        assert_eq!(clip.frames(), ticks.len());
        assert_eq!(clip.last_time().seconds(), 9.17);
    }
}
