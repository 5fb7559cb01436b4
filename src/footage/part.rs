//! One file of a recording, and where its frames lie in the whole.

use std::ops::Range;
use std::path::PathBuf;

use crate::time::{Position, TimeBase};

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
    /// The date and time in the file name, local, `YYYY-MM-DDTHH:MM:SS`; with a `Z` where the name says UTC.
    pub filename: Option<String>,
    /// Whose way of naming files that is, where it is one maker's.
    pub maker: Option<&'static str>,
    /// The end that the file name states, as `filename`.
    pub until: Option<String>,
    /// The time of day in the first frame's own time stamp, local, to the millisecond, where the recorder stamps frames
    /// so (DHAV).
    pub frames: Option<String>,
    /// Nanoseconds within which that is known.
    pub frames_within: i64,
}

impl Clocks {
    /// What the file itself says: its frames where they do, otherwise its container.
    pub fn inside(&self) -> Option<&str> {
        self.frames.as_deref().or(self.container.as_deref())
    }
}

/// One file of a recording. Recorders begin a new one every few minutes; most footage is one part.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it is.
    pub path: PathBuf,
    /// Its file name, which is all a log may hold.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Its own structure says that it goes on, but it does not.
    pub cut_off: bool,
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
    /// Seconds per tick of its own time stamps.
    pub time_base: TimeBase,
    /// The first presented frame's time stamp, in its own ticks; 0 where frames are told by counting.
    pub first_tick: i64,
    /// Time stamps below the first number are too low by the second, in its own ticks: FFmpeg sets the first frames of a
    /// DHAV file to the beginning of the second that they are in. [`Self::first_tick`] is put right already.
    pub early: Option<(i64, i64)>,
    /// Time stamps do not tell the frames apart: they are counted from the start of the file.
    pub counted: bool,
    /// How the frames were counted.
    pub numbering: Numbering,
    /// Start times found.
    pub clocks: Clocks,
    /// Its shown frames, by their places in the recording's.
    pub frames: Range<usize>,
    /// Ticks of the recording from its first frame to this part's.
    pub begins: i64,
    /// Ticks of the recording of the frames at this part's end that the next part has too. They are numbered, and shown
    /// from there: a file begins where decoding can, but may end between pictures that are coded in another order.
    pub repeated: Vec<i64>,
}

impl Part {
    /// A time stamp of this file in ticks of the recording, which `base` gives.
    pub fn in_recording(&self, stamp: i64, base: TimeBase) -> i64 {
        let stamp = self.put_right(stamp);
        self.begins.saturating_add(self.time_base.convert(stamp.saturating_sub(self.first_tick), base))
    }

    /// Ticks of the recording as a time stamp of this file.
    pub fn in_file(&self, ticks: i64, base: TimeBase) -> i64 {
        let right = base.convert(ticks.saturating_sub(self.begins), self.time_base).saturating_add(self.first_tick);
        match self.early {
            Some((until, by)) if right < until => right.saturating_sub(by),
            _ => right,
        }
    }

    /// A time stamp as it should be.
    pub fn put_right(&self, stamp: i64) -> i64 {
        match self.early {
            Some((until, by)) if stamp < until => stamp.saturating_add(by),
            _ => stamp,
        }
    }

    /// How many frames the file presents.
    pub fn count(&self) -> usize {
        self.frames.len() + self.repeated.len()
    }

    /// When its first frame is, shown or not.
    pub fn position(&self, base: TimeBase) -> Position {
        base.position(self.begins)
    }
}
