//! The controller's log: what was asked, what was done to which frames for whom, and how it was proved. Complete, and
//! never sent. Names and types are those of the published example; more may be added.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contain::Contained;
use crate::request::{self, AudioAction, Kind, Render, Request};
use crate::tracks::{Role, ShownBecause};
use crate::verify::{Check, ExpectedClip, ExpectedStill};

/// The record of one disclosure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DisclosureLog {
    /// Always 1.
    pub version: u32,
    /// The request's reference.
    pub reference: String,
    /// The reference of the pack that this one replaces.
    pub supersedes: Option<String>,
    /// The request as it was understood, every default filled in, paths cut to file names.
    pub request: Request,
    /// SHA-256 of the request file; for `clip` and `still`, of the request their flags stand for.
    pub request_sha256: String,
    /// What made the pack.
    pub tool: Tool,
    /// How the process that opened the footage was confined.
    pub contained: Contained,
    /// What was made.
    pub items: Vec<Item>,
    /// The pack's other files but for this log.
    pub records: Vec<RecordEntry>,
    /// What was warned of.
    pub warnings: Vec<String>,
}

/// What made the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `cctv-redact`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// FFmpeg's libraries.
    pub ffmpeg: FfmpegVersions,
    /// The encoder.
    pub encoder: String,
    /// Its settings.
    pub encoder_settings: String,
}

/// FFmpeg's libraries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FfmpegVersions {
    /// For example `59.37.100`.
    pub libavcodec: String,
    /// For example `59.27.100`.
    pub libavformat: String,
}

impl Tool {
    /// This program with the libraries it runs with.
    pub fn this() -> Self {
        let (libavcodec, libavformat) = crate::media::versions();
        Self {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ffmpeg: FfmpegVersions { libavcodec, libavformat },
            encoder: "libx264".to_owned(),
            encoder_settings: crate::media::settings(),
        }
    }
}

/// A span of time: wall-clock (RFC 3339, true time) where the footage has a clock, positions otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// The first instant.
    pub from: String,
    /// The first instant after; for one moment the same.
    pub to: String,
}

/// One thing that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// A clip, or stills.
    pub kind: Kind,
    /// The files it was made from, in clock order.
    pub footage: Vec<FootageEntry>,
    /// What was asked for and what was supplied.
    pub window: WindowEntry,
    /// Every track file given.
    pub track_files: Vec<TrackFileEntry>,
    /// The tracks that bore on it.
    pub tracks: Vec<TrackEntry>,
    /// How third parties were covered.
    pub method: MethodEntry,
    /// What was covered: everybody else, or all but the requester.
    pub obscure: request::Obscure,
    /// Frames in which a cover meets the requester.
    pub subject_covered_frames: usize,
    /// Damage in the window.
    pub damaged: Vec<DamageEntry>,
    /// The sound.
    pub audio: AudioEntry,
    /// How the frames were made.
    pub rendering: RenderingEntry,
    /// What was done to the picture beside covering.
    pub changes: Vec<String>,
    /// The files supplied.
    pub files: Vec<FileEntry>,
    /// What the clip must hold, so that it can be checked again.
    #[serde(default)]
    pub expected_clip: Option<ExpectedClip>,
    /// What each still must hold.
    #[serde(default)]
    pub expected_stills: Vec<ExpectedStill>,
    /// How it was proved.
    pub verification: Verification,
}

/// A piece of footage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FootageEntry {
    /// File name.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// FFmpeg's name of the container.
    pub container: String,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Stored columns.
    pub width: u32,
    /// Stored rows.
    pub height: u32,
    /// Presented frames.
    pub frames: usize,
    /// The number of the first: numbers run on from file to file.
    #[serde(default)]
    pub first_frame: usize,
    /// Frames at its end that the next file has too: numbered, and shown from there.
    #[serde(default)]
    pub repeated_frames: usize,
    /// Nanoseconds from the recording's first frame to this file's.
    #[serde(default)]
    pub begins_nanoseconds: i64,
    /// How they were counted: `packets`, or `decoded: …` and why.
    pub numbering: String,
    /// The pixel format, and what it was converted to where that differs.
    pub pixel_format: String,
    /// Its clock.
    pub clock: ClockEntry,
}

/// The footage's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockEntry {
    /// The recorder's reading at the file's first frame.
    pub start: Option<String>,
    /// Where that comes from: `request`, `container` or `filename`.
    pub source: Option<String>,
    /// Recorder minus true time.
    pub error_seconds: f64,
    /// What the container says.
    pub container: Option<String>,
    /// What the file name says.
    pub filename: Option<String>,
}

/// What was asked for and what was supplied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WindowEntry {
    /// The time asked for.
    pub asked: Span,
    /// The time supplied.
    pub delivered: Delivered,
    /// What is missing.
    pub not_covered: Vec<NotCovered>,
}

/// The time supplied, and its frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delivered {
    /// The first frame's time.
    pub from: String,
    /// The end of the last frame, or of the window.
    pub to: String,
    /// The first frame's number in the footage.
    pub first_frame: usize,
    /// How many frames.
    pub frames: usize,
}

/// A stretch of the asked time that the footage does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCovered {
    /// Its first instant.
    pub from: String,
    /// The first instant after.
    pub to: String,
    /// Why.
    pub why: String,
}

/// A track file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrackFileEntry {
    /// File name.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The format it was read as.
    pub format: String,
    /// SHA-256 of the binding of the working copy that it was made on, where it was.
    #[serde(default)]
    pub binding_sha256: Option<String>,
}

/// What became of one track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrackEntry {
    /// Its id.
    pub id: String,
    /// SHA-256 of its file.
    pub file_sha256: String,
    /// Its label.
    pub label: Option<String>,
    /// The part it played.
    pub role: Role,
    /// Frames it is covered in.
    pub frames_covered: usize,
    /// Of these, before or after a presence.
    pub held: usize,
    /// Of these, in a gap.
    pub bridged: usize,
    /// Why it was shown.
    pub shown_because: Option<ShownBecause>,
    /// The reason given for that.
    pub justification: Option<String>,
}

/// How third parties were covered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodEntry {
    /// The method.
    pub name: String,
    /// Whether anything under a cover can be recovered.
    pub recoverable_from_cover: bool,
    /// Room around a box.
    pub margin: String,
    /// At least so many pixels.
    pub margin_min_px: f64,
    /// Before and after a presence.
    pub hold_seconds: f64,
    /// Longest gap bridged.
    pub bridge_seconds: f64,
}

/// A damaged stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DamageEntry {
    /// The first damaged frame's time.
    pub from: String,
    /// The last damaged frame's time.
    pub to: String,
    /// How many frames.
    pub frames: usize,
    /// What was done: `covered`.
    pub action: String,
}

/// The sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AudioEntry {
    /// What was done with it.
    pub action: AudioAction,
    /// Whether the footage has any.
    pub present: bool,
    /// How the clip's is coded, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coded: Option<String>,
    /// What was silenced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub muted: Vec<Span>,
}

/// How the frames were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RenderingEntry {
    /// What was asked for.
    pub asked: Render,
    /// What was done.
    pub used: Render,
    /// Why it differs.
    pub why: Option<String>,
    /// Frames copied as they were coded.
    pub copied_frames: usize,
    /// Frames covered and encoded.
    pub rendered_frames: usize,
    /// Stretches that were copied.
    pub copied: Vec<Span>,
    /// Where some were copied, the stretches between them.
    #[serde(default)]
    pub rendered: Vec<Span>,
}

/// A file supplied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileEntry {
    /// Its name in `send/`.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// How many frames it shows.
    pub frames: usize,
    /// Seconds: in a clip from its own start; of a still, its position in the footage.
    pub first_time: f64,
    /// Seconds, likewise.
    pub last_time: f64,
}

/// A file of the pack that is not an item's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordEntry {
    /// Its path in the pack.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// How it was proved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// Whether every check passed.
    pub passed: bool,
    /// What passing means and what it does not.
    pub scope: String,
    /// The checks.
    pub checks: Vec<Check>,
    /// Luma PSNR outside the covers, in decibels; nothing for an exact copy or where nothing is outside.
    pub psnr_outside_db: Option<f64>,
}

/// What a passed verification means.
pub const SCOPE: &str = "the file matches the request and its tracks: every frame of the window once, at its time, no other, with every region that the tracks give covered; it does not show that every person was marked, nor that a covered person cannot be recognised from context";
