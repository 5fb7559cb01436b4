//! Boxes over time: what a track file says, before anything is decided about covering it.

pub mod by_clock;
mod fit;
pub mod formats;
pub mod lay;
pub mod load;
pub mod presence;
pub mod source;
#[cfg(test)]
pub(crate) mod tests;
pub mod working_copy;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geometry::BoundingBox;
use crate::time::Position;

/// When a key frame is: by number (0-based, presentation order), by position, or by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// The frame's number.
    Frame(u64),
    /// A position in the footage.
    Time(Position),
    /// Recorder time: the box stands still from the one instant to the other, both included; they are the same where
    /// it was only seen. [`load`](load::load) turns these into frame numbers, for which it needs the footage's clock.
    Clock {
        /// The first instant.
        from: Timestamp,
        /// The last.
        until: Timestamp,
    },
}

/// A box at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyFrame {
    /// When.
    pub when: When,
    /// Where, in displayed pixels (of the size that the file was drawn at).
    pub shape: BoundingBox,
    /// The box is moved towards but not shown: the presence ends before this time.
    pub end: bool,
}

/// What lies between two key frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sampling {
    /// The box moves linearly in presentation time.
    #[default]
    KeyFrames,
    /// The box moves linearly in frame number, as CVAT and Label Studio draw it.
    KeyFramesByNumber,
    /// Every frame has its own box; a missing frame is a gap.
    EveryFrame,
}

/// Who a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Somebody else, to be covered.
    #[default]
    ThirdParty,
    /// The requester.
    Subject,
}

/// Why a third party may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShownBecause {
    /// They agreed.
    Consent,
    /// It is reasonable without their consent (a justification is kept).
    ReasonableWithoutConsent,
}

/// One person or thing over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Unique in its file.
    pub id: String,
    /// What it is (`person`, `car`), as the file says.
    pub label: Option<String>,
    /// The role, where the file states one; a format without roles leaves it open.
    pub role: Option<Role>,
    /// Why this third party may be shown, where the file says so.
    pub shown_because: Option<ShownBecause>,
    /// The reason given for showing them. For the controller only.
    pub justification: Option<String>,
    /// A static mask: its first box, for the whole recording.
    pub whole: bool,
    /// What lies between its key frames.
    pub sampling: Sampling,
    /// In time order, each time once, at least one.
    pub keyframes: Vec<KeyFrame>,
}

/// What a track file says of the footage it was made on. Anything given must match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binding {
    /// Displayed width and height that the boxes were drawn at.
    pub size: Option<(u32, u32)>,
    /// SHA-256 of the footage, lower-case hex.
    pub sha256: Option<String>,
    /// Number of frames of the footage.
    pub frames: Option<u64>,
    /// The first and the last instant of recorder time that the file describes. Footage may be a part of it.
    pub times: Option<(Timestamp, Timestamp)>,
}

/// One track file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackFile {
    /// The format's name in the command line (`native`, `cvat`, …).
    pub format: &'static str,
    /// What it says of its footage.
    pub binding: Binding,
    /// The frames that the annotator worked on, first and last, where the format says.
    pub annotated: Option<(u64, u64)>,
    /// Its tracks, in the file's order.
    pub tracks: Vec<Track>,
    /// What the reader assumed, for the log and the terminal.
    pub notes: Vec<String>,
}
