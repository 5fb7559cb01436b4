//! What the footage is, as far as the rest of the program needs to know: its picture, its frames and their
//! times, the files it is made of. Filled in by `media::probe`; pure data.

mod join;
mod numbers;
mod part;
mod repeat;
pub mod wrapped;

use std::ops::Range;

pub use join::{MOST_REPEATED, Placing, join};
pub use part::{Clocks, Numbering, Part};
pub use repeat::{Edges, Print};

use crate::geometry::{Grid, Orientation};
use crate::picture::Layout;
use crate::time::{Position, TimeBase, Window};

/// One presented frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Ticks since the first presented frame.
    pub ticks: i64,
    /// Its place in decoding order, running on from file to file.
    pub order: u32,
    /// Ticks from the first presented frame to its decoding time, where the container gives one.
    pub decode_ticks: Option<i64>,
    /// Decoding can start here.
    pub key: bool,
}

/// Colour description, as FFmpeg's numbers (ITU-T H.273), and range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Matrix coefficients.
    pub space: i32,
    /// Colour primaries.
    pub primaries: i32,
    /// Transfer characteristics.
    pub transfer: i32,
    /// Where chroma samples lie.
    pub chroma_location: i32,
    /// Luma over the whole range; `None` where the footage does not say.
    pub full_range: Option<bool>,
}

/// A recording: one file, or several that were joined.
#[derive(Debug, Clone)]
pub struct Footage {
    /// Its file name, which is all a log may hold; of several, the first one's and how many more there are.
    pub name: String,
    /// SHA-256 of the file, lower-case hex; of several, that of the list of theirs, one a line, in clock order.
    pub sha256: String,
    /// Its files, in clock order; at least one.
    pub parts: Vec<Part>,
    /// What was found and assumed where several files were joined.
    pub joined: Vec<String>,
    /// The decoded, cropped, stored picture.
    pub layout: Layout,
    /// FFmpeg's name of the pixel format.
    pub pixel_format: String,
    /// How the stored picture is turned for display.
    pub orientation: Orientation,
    /// Width to height of a stored pixel.
    pub sample_aspect: (u32, u32),
    /// Colour description.
    pub colour: Colour,
    /// Two fields are interleaved.
    pub interlaced: bool,
    /// Seconds per tick.
    pub time_base: TimeBase,
    /// Every shown frame, in presentation order, each later than the one before; at least one.
    pub frames: Vec<Frame>,
    /// The last frame's own duration, in ticks.
    pub last_duration: i64,
    /// The median interval between frames, in ticks; at least 1.
    pub median_interval: i64,
    /// Packets that the container itself flags as damaged, by position.
    pub flagged: Vec<Position>,
}

impl Footage {
    /// The file that a frame is in; the last one for a frame that there is not.
    pub fn part(&self, frame: usize) -> &Part {
        let after = self.parts.partition_point(|p| p.frames.end <= frame);
        &self.parts[after.min(self.parts.len() - 1)]
    }

    /// Whether a frame is the first of its file that is shown.
    pub fn opens_part(&self, frame: usize) -> bool {
        self.part(frame).frames.start == frame
    }

    /// Whether decoding can start at a frame.
    pub fn can_start(&self, frame: usize) -> bool {
        let counted = self.part(frame).counted;
        self.opens_part(frame) || !counted && self.frames.get(frame).is_some_and(|f| f.key)
    }

    /// The last frame at or before this one at which decoding can start.
    pub fn start_of(&self, frame: usize) -> usize {
        let shown = &self.part(frame).frames;
        let last = frame.min(shown.end.saturating_sub(1));
        (shown.start..=last).rev().find(|&f| self.can_start(f)).unwrap_or(shown.start)
    }

    /// Whether any file has an audio stream.
    pub fn has_audio(&self) -> bool {
        self.parts.iter().any(|p| p.has_audio)
    }

    /// The position of a frame.
    pub fn position(&self, frame: usize) -> Position {
        self.frames.get(frame).map_or(self.end(), |f| self.time_base.position(f.ticks))
    }

    /// The end of the last frame.
    pub fn end(&self) -> Position {
        let last = self.frames.last().map_or(0, |f| f.ticks);
        self.time_base.position(last + self.last_duration)
    }

    /// How long a frame is shown: until the next one, but no longer than the median interval before a recording gap.
    pub fn duration_ticks(&self, frame: usize) -> i64 {
        match (self.frames.get(frame), self.frames.get(frame + 1)) {
            (Some(this), Some(next)) if self.is_gap(next.ticks - this.ticks) => self.median_interval,
            (Some(this), Some(next)) => next.ticks - this.ticks,
            _ => self.last_duration,
        }
    }

    /// Whether an interval between two frames is a recording gap: above max(2 s, 5 x the median).
    pub fn is_gap(&self, ticks: i64) -> bool {
        ticks > 5 * self.median_interval && self.time_base.position(ticks).nanos() > 2_000_000_000
    }

    /// Whether a recording gap lies before a frame.
    pub fn follows_gap(&self, frame: usize) -> bool {
        let before = frame.checked_sub(1).and_then(|b| self.frames.get(b));
        before.zip(self.frames.get(frame)).is_some_and(|(a, b)| self.is_gap(b.ticks - a.ticks))
    }

    /// The frames whose time is in `[from, to)`, as a range of numbers.
    pub fn frames_in(&self, window: Window) -> Range<usize> {
        let before = |at: Position| self.frames.partition_point(|f| self.time_base.position(f.ticks) < at);
        let first = before(window.from);
        first..before(window.to).max(first)
    }

    /// The last frame at or before an instant.
    pub fn frame_at(&self, at: Position) -> Option<usize> {
        self.frames.partition_point(|f| self.time_base.position(f.ticks) <= at).checked_sub(1)
    }

    /// The recording gaps: from the end of the frame before to the next frame's time.
    pub fn gaps(&self) -> impl Iterator<Item = Window> + '_ {
        self.frames.windows(2).filter(|w| self.is_gap(w[1].ticks - w[0].ticks)).map(|w| Window {
            from: self.time_base.position(w[0].ticks + self.median_interval),
            to: self.time_base.position(w[1].ticks),
        })
    }

    /// The frames that a bad packet spoils whose own frame is `bad`: in its file, all up to the next frame that decoding
    /// can start from, in presentation order, with those shown before that frame but decoded after it. And the decoding
    /// orders from the bad packet to that frame.
    pub fn spoiled_by(&self, bad: usize) -> (Range<u32>, Vec<usize>) {
        let places = self.part(bad).frames.clone();
        let own = self.frames.get(places.clone()).unwrap_or_default();
        let order = self.frames.get(bad).map_or(0, |f| f.order);
        let next_key = own.iter().filter(|f| f.key && f.order > order).min_by_key(|f| f.order);
        let limit = next_key.map_or((u32::MAX, i64::MAX), |f| (f.order, f.ticks));
        let spoiled = |f: &Frame| f.order >= order && (f.order < limit.0 || f.ticks < limit.1);
        (order..limit.0, places.zip(own).filter(|(_, f)| spoiled(f)).map(|(place, _)| place).collect())
    }

    /// The frame of a file shown at these ticks, or else the one decoded at them.
    pub fn shown_or_decoded_at(&self, part: &Part, ticks: i64) -> Option<usize> {
        let own = self.frames.get(part.frames.clone()).unwrap_or_default();
        let shown = own.binary_search_by_key(&ticks, |f| f.ticks).ok();
        let place = shown.or_else(|| own.iter().position(|f| f.decode_ticks == Some(ticks)))?;
        Some(part.frames.start + place)
    }

    /// Displayed width and height, before sample-aspect stretching: the pixels that boxes count.
    pub fn displayed_size(&self) -> (u32, u32) {
        self.orientation.displayed_size(self.layout.width, self.layout.height)
    }

    /// Pixels that are covered together.
    pub fn grid(&self) -> Grid {
        let (x, y) = (1 << self.layout.chroma_shift_x, 1u32 << self.layout.chroma_shift_y);
        Grid { x, y: if self.interlaced { 2 * y } else { y } }
    }

    /// Mean frames a second.
    pub fn frame_rate(&self) -> f64 {
        1.0 / self.time_base.position(self.median_interval).seconds().max(1e-9)
    }
}
