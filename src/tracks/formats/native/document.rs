//! The native format as it stands in the file: the types that its JSON Schema is made from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::geometry::BoundingBox;
use crate::tracks as model;
use crate::tracks::{KeyFrame as Key, Role, ShownBecause, TrackFile, When};

/// Boxes over time, made on one piece of footage. A box is in pixels of the displayed picture: after cropping
/// and rotation, before sample-aspect stretching, from the top-left corner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "cctv-redact tracks")]
pub struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// What lies between the key frames of every track that does not say it itself.
    #[serde(default)]
    pub sampling: Sampling,
    /// The footage that the boxes were drawn on. Whatever is given must match.
    #[serde(default)]
    pub footage: Option<Footage>,
    /// The first and the last frame that the annotator worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotated: Option<[u64; 2]>,
    /// One entry a person or thing. The ids differ.
    pub tracks: Vec<Track>,
}

/// What lies between two key frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Sampling {
    /// The box moves linearly in presentation time.
    #[default]
    #[serde(rename = "keyframes")]
    KeyFrames,
    /// The box moves linearly in frame number, as CVAT and Label Studio draw it.
    #[serde(rename = "keyframes-by-number")]
    KeyFramesByNumber,
    /// Every frame has its own box; a frame without one is a gap.
    #[serde(rename = "every-frame")]
    EveryFrame,
}

/// What binds the tracks to their footage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Footage {
    /// Displayed width in pixels that the boxes were drawn at.
    pub width: Option<u32>,
    /// Displayed height in pixels that the boxes were drawn at.
    pub height: Option<u32>,
    /// SHA-256 of the footage, in hexadecimal; of several files, that of the list of theirs, one a line, in clock
    /// order.
    pub sha256: Option<String>,
    /// Number of frames of the footage, of several files together.
    pub frames: Option<u64>,
}

/// One person or thing over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// Names the track in its file.
    pub id: String,
    /// What it is: person, car.
    #[serde(default)]
    pub label: Option<String>,
    /// Who it is. Third party where nothing says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Why this third party may be shown.
    #[serde(default)]
    pub shown_because: Option<ShownBecause>,
    /// Why it is reasonable to show them without consent. For the controller only, never sent.
    #[serde(default)]
    pub justification: Option<String>,
    /// A static mask: the first box, for the whole recording.
    #[serde(default)]
    pub whole: bool,
    /// What lies between this track's key frames, where it differs from the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// In a pack: the request's items, counted from 1, that the track bore on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<u32>>,
    /// In a pack: SHA-256 of the track file that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    /// In time order, each time once.
    #[schemars(length(min = 1))]
    pub keyframes: Vec<KeyFrame>,
}

/// A box at one time, given by exactly one of `frame` and `time`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFrame {
    /// The frame's number, from 0, in presentation order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// Seconds since the first presented frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
    /// Left, top, width, height in pixels; width and height above 0.
    #[schemars(with = "[f64; 4]")]
    // Lenient here, so that an absent number is told apart from a file that is no JSON.
    pub r#box: Option<Vec<Option<f64>>>,
    /// The box is moved towards but not shown: the presence ends before this time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

impl Document {
    /// The file's bytes.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        crate::json::text(self)
    }
}

impl From<&TrackFile> for Document {
    fn from(file: &TrackFile) -> Self {
        let sampling = file.tracks.first().map(|track| track.sampling.into()).unwrap_or_default();
        let footage = Footage {
            width: file.binding.size.map(|size| size.0),
            height: file.binding.size.map(|size| size.1),
            sha256: file.binding.sha256.clone(),
            frames: file.binding.frames,
        };
        let tracks = file.tracks.iter().map(|track| {
            let mut written = Track::from(track);
            written.sampling = written.sampling.filter(|own| *own != sampling);
            written
        });
        Self {
            version: 1,
            sampling,
            footage: Some(footage),
            annotated: file.annotated.map(|(first, last)| [first, last]),
            tracks: tracks.collect(),
        }
    }
}

impl From<model::Sampling> for Sampling {
    fn from(sampling: model::Sampling) -> Self {
        match sampling {
            model::Sampling::KeyFrames => Self::KeyFrames,
            model::Sampling::KeyFramesByNumber => Self::KeyFramesByNumber,
            model::Sampling::EveryFrame => Self::EveryFrame,
        }
    }
}

/// With its sampling stated; a document leaves it out where it is the file's.
impl From<&model::Track> for Track {
    fn from(track: &model::Track) -> Self {
        Self {
            id: track.id.clone(),
            label: track.label.clone(),
            role: track.role,
            shown_because: track.shown_because,
            justification: track.justification.clone(),
            whole: track.whole,
            sampling: Some(track.sampling.into()),
            items: None,
            file_sha256: None,
            keyframes: track.keyframes.iter().map(KeyFrame::from).collect(),
        }
    }
}

impl From<&Key> for KeyFrame {
    fn from(key: &Key) -> Self {
        let (frame, time) = match key.when {
            When::Frame(frame) => (Some(frame), None),
            When::Time(at) => (None, Some(at.seconds())),
            // Reading refuses a key frame without either; writing asks first.
            When::Clock { .. } => (None, None),
        };
        let BoundingBox { x, y, w, h } = key.shape;
        Self { frame, time, r#box: Some(vec![Some(x), Some(y), Some(w), Some(h)]), end: key.end }
    }
}
