//! What the footage is, as far as the rest of the program needs to know: its picture, its frames and their
//! times, its clocks. Filled in by `media::probe`; pure data.

use std::ops::Range;
use std::path::PathBuf;

use crate::geometry::{Grid, Orientation};
use crate::picture::Layout;
use crate::time::{Position, TimeBase, Window};

/// One presented frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Ticks since the first presented frame.
    pub ticks: i64,
    /// Its place in decoding order.
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

/// How the frames were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// From packets, without decoding: one packet, one frame.
    Packets,
    /// By decoding everything, and why that was needed.
    Decoded(&'static str),
}

/// Start times found in the footage, for the user to accept or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clocks {
    /// The container's creation time, as written there.
    pub container: Option<String>,
    /// The date and time in the file name, local, `YYYY-MM-DDTHH:MM:SS`.
    pub filename: Option<String>,
}

/// One piece of footage, probed.
#[derive(Debug, Clone)]
pub struct Footage {
    /// Where it is.
    pub path: PathBuf,
    /// Its file name, which is all a log may hold.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// The demuxer's short name.
    pub container: String,
    /// The decoder's name.
    pub codec: String,
    /// The chosen video stream.
    pub stream: usize,
    /// Every stream, in a few words, in order.
    pub streams: Vec<String>,
    /// Whether there is any audio stream.
    pub has_audio: bool,
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
    /// The first presented frame's time stamp, in ticks: what is subtracted everywhere else.
    pub first_tick: i64,
    /// Time stamps do not tell the frames apart: they are counted from the start of the file.
    pub counted: bool,
    /// Every presented frame, in presentation order; at least one.
    pub frames: Vec<Frame>,
    /// The last frame's own duration, in ticks.
    pub last_duration: i64,
    /// The median interval between frames, in ticks; at least 1.
    pub median_interval: i64,
    /// How the frames were counted.
    pub numbering: Numbering,
    /// Start times found.
    pub clocks: Clocks,
    /// Packets that the container itself flags as damaged, by position.
    pub flagged: Vec<Position>,
}

impl Footage {
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

    /// The frames that a bad packet at `order` (decoding order) can spoil: all up to the next frame that decoding
    /// can start from, in presentation order, with those shown before that frame but decoded after it. And the
    /// decoding orders from the bad packet to that frame.
    pub fn spoiled_by(&self, order: u32) -> (Range<u32>, Vec<usize>) {
        let next_key = self.frames.iter().filter(|f| f.key && f.order > order).min_by_key(|f| f.order);
        let limit = next_key.map_or((u32::MAX, i64::MAX), |f| (f.order, f.ticks));
        let spoiled = |f: &Frame| f.order >= order && (f.order < limit.0 || f.ticks < limit.1);
        (order..limit.0, (0..self.frames.len()).filter(|&i| spoiled(&self.frames[i])).collect())
    }

    /// The frame shown at these ticks, or else the one decoded at them.
    pub fn shown_or_decoded_at(&self, ticks: i64) -> Option<usize> {
        let shown = self.frames.binary_search_by_key(&ticks, |f| f.ticks).ok();
        shown.or_else(|| self.frames.iter().position(|f| f.decode_ticks == Some(ticks)))
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
