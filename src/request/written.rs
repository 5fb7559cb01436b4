//! The request file, as it is written and as the log repeats it. `clip` and `still` build the same from their flags,
//! so there is one way from a wish to a pack.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Damaged, Obscure};

/// A request: what a disclosure has to record, and what is to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Always 1.
    pub version: u32,
    /// 1 to 64 of letters, digits, `.`, `_`, `-`, the first a letter or digit. Names the pack.
    pub reference: String,
    /// The day the request came in, as given.
    #[serde(default)]
    pub received: Option<String>,
    /// The day the answer is due, as given.
    #[serde(default)]
    pub due: Option<String>,
    /// Whether the requester's identity was checked.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// The organisation that the footage belongs to.
    #[serde(default)]
    pub controller: Option<String>,
    /// Who redacts: the controller, or a processor under contract.
    #[serde(default)]
    pub redacted_by: RedactedBy,
    /// Who made this pack, by role, not by name.
    #[serde(default)]
    pub operator: Option<String>,
    /// Who decided, by role, not by name.
    #[serde(default)]
    pub authoriser: Option<String>,
    /// What was decided and why.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// What is to be made.
    #[serde(default)]
    pub items: Vec<Item>,
    /// How the pack reaches the requester.
    #[serde(default)]
    pub delivery: Option<Delivery>,
    /// How long things are kept.
    #[serde(default)]
    pub retention: Option<Retention>,
    /// What of the covered picture somebody looked at before it was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<super::LookedAt>,
}

/// Whether the requester's identity was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// It was checked.
    Checked,
    /// It was known already.
    NotNeeded,
    /// Proof is still awaited.
    Awaited,
}

/// Who redacts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactedBy {
    /// Controller, or processor.
    pub role: RedactorRole,
    /// The processing contract. Needed for a processor.
    #[serde(default)]
    pub contract_reference: Option<String>,
    /// The controller's instruction. Needed for a processor.
    #[serde(default)]
    pub instruction_reference: Option<String>,
}

/// On whose behalf the redaction is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactorRole {
    /// The organisation itself.
    #[default]
    Controller,
    /// Somebody else, under a written contract (UK GDPR, article 28).
    Processor,
}

/// What was decided and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What the requester gets.
    pub outcome: Outcome,
    /// Why a request is refused. Needed for a refusal.
    #[serde(default)]
    pub ground: Option<Ground>,
    /// For the controller's file only.
    #[serde(default)]
    pub reason_internal: Option<String>,
    /// For the requester, in the notice.
    #[serde(default)]
    pub reason_to_requester: Option<String>,
}

/// What the requester gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A redacted clip.
    Clip,
    /// Redacted stills.
    Still,
    /// Nothing, on a stated ground.
    Refuse,
    /// Nothing, because there is no recording of them.
    NoDataHeld,
}

/// The ground of a refusal. That the footage could not be redacted is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// It would adversely affect the rights of others.
    ThirdPartyRights,
    /// The request is manifestly unfounded.
    ManifestlyUnfounded,
    /// The request is manifestly excessive.
    ManifestlyExcessive,
    /// Another exemption in law.
    OtherExemption,
}

/// How the pack reaches the requester.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// For example `collected on encrypted stick`.
    #[serde(default)]
    pub method: Option<String>,
    /// A reference for the recipient, not a name.
    #[serde(default)]
    pub recipient_reference: Option<String>,
    /// The day, as given.
    #[serde(default)]
    pub date: Option<String>,
}

/// How long things are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Exports and working files, as given.
    #[serde(default)]
    pub working_files_until: Option<String>,
    /// The log, as given.
    #[serde(default)]
    pub log_until: Option<String>,
}

/// A clip or stills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Moving pictures.
    #[default]
    Clip,
    /// One or more pictures with date and time.
    Still,
}

/// One thing to make. Options left out have the defaults that `clip --help` gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// A clip or stills.
    pub kind: Kind,
    /// Files that form one recording, relative to the request file.
    pub footage: Vec<String>,
    /// The footage's clock, where times are given by the wall.
    #[serde(default)]
    pub clock: Option<ClockStatement>,
    /// The camera's name, for the notice and the stills.
    #[serde(default)]
    pub camera: Option<String>,
    /// The first instant wanted.
    #[serde(default)]
    pub from: Option<String>,
    /// The first instant no longer wanted.
    #[serde(default)]
    pub to: Option<String>,
    /// The instants of stills.
    #[serde(default)]
    pub at: Vec<String>,
    /// Stills at this interval from `from` to `to`, in seconds.
    #[serde(default)]
    pub every: Option<Seconds>,
    /// Track files.
    #[serde(default)]
    pub tracks: Vec<TrackSource>,
    /// The binding of the working copy that all of them were made on, relative to the request file.
    #[serde(default)]
    pub binding: Option<String>,
    /// The tracks' format; found out where left out.
    #[serde(default)]
    pub tracks_format: Option<String>,
    /// The picture size that the boxes were drawn at, `WxH`.
    #[serde(default)]
    pub tracks_size: Option<String>,
    /// The number of the first pixel in MOT files, 0 or 1.
    #[serde(default)]
    pub mot_origin: Option<u8>,
    /// What a folder of label files calls the first frame, 0 or 1, where its names do not tell.
    #[serde(default)]
    pub tracks_first_frame: Option<u8>,
    /// Ids of the requester's tracks (`FILE:ID` where two files share an id).
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Labels of the requester's tracks.
    #[serde(default)]
    pub subject_labels: Vec<String>,
    /// There is nobody else in the window, and somebody has looked.
    #[serde(default)]
    pub no_third_parties: bool,
    /// What to cover.
    #[serde(default)]
    pub obscure: Option<Obscure>,
    /// How: `frost`, `fill`, `blur` or `pixelate`.
    #[serde(default)]
    pub method: Option<String>,
    /// Room around each box, `10%` of its size or `12px`.
    #[serde(default)]
    pub margin: Option<String>,
    /// At least this much room, `8px`.
    #[serde(default)]
    pub margin_min: Option<String>,
    /// Seconds that a cover stays before and after a presence.
    #[serde(default)]
    pub hold: Option<Seconds>,
    /// Seconds of a gap in a track that are bridged.
    #[serde(default)]
    pub bridge: Option<Seconds>,
    /// What to do about longer gaps: one word for all, or statements gap by gap.
    #[serde(default)]
    pub gaps: Option<Gaps>,
    /// Third parties who may be shown, and why.
    #[serde(default)]
    pub shown: Vec<ShownStatement>,
    /// What happens to the sound.
    #[serde(default)]
    pub audio: Option<AudioStatement>,
    /// What happens to damaged frames.
    #[serde(default)]
    pub damaged: Option<Damaged>,
    /// How the clip is made.
    #[serde(default)]
    pub render: Option<Render>,
    /// The video stream, where there are several.
    #[serde(default)]
    pub stream: Option<usize>,
    /// Frames a second of footage that carries no timing, `25` or `30000/1001`.
    #[serde(default)]
    pub fps: Option<String>,
}

impl Item {
    /// Every file that it names.
    pub fn files(&self, base: &Path) -> Vec<PathBuf> {
        let tracks = self.tracks.iter().map(|t| &t.file);
        self.footage.iter().chain(tracks).chain(&self.binding).map(|file| base.join(file)).collect()
    }

    /// An item with nothing said about it but its footage.
    pub fn new(kind: Kind, footage: Vec<String>) -> Self {
        Self {
            kind,
            footage,
            clock: None,
            camera: None,
            from: None,
            to: None,
            at: Vec::new(),
            every: None,
            tracks: Vec::new(),
            binding: None,
            tracks_format: None,
            tracks_size: None,
            mot_origin: None,
            tracks_first_frame: None,
            subjects: Vec::new(),
            subject_labels: Vec::new(),
            no_third_parties: false,
            obscure: None,
            method: None,
            margin: None,
            margin_min: None,
            hold: None,
            bridge: None,
            gaps: None,
            shown: Vec::new(),
            audio: None,
            damaged: None,
            render: None,
            stream: None,
            fps: None,
        }
    }
}

impl Request {
    /// A request that says nothing but its reference and its items, as `clip` and `still` make it.
    pub fn new(reference: &str, items: Vec<Item>) -> Self {
        Self {
            version: 1,
            reference: reference.to_owned(),
            received: None,
            due: None,
            identity: None,
            controller: None,
            redacted_by: RedactedBy::default(),
            operator: None,
            authoriser: None,
            decision: None,
            items,
            delivery: None,
            retention: None,
            looked_at: None,
        }
    }
}

/// A number of seconds, or text with a unit: `0.5`, `"0.5s"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Seconds {
    /// `0.5`
    Number(f64),
    /// `"0.5s"`
    Text(String),
}

impl Seconds {
    /// The number of seconds.
    ///
    /// # Errors
    /// `Usage` when it is not a finite number.
    pub fn value(&self) -> crate::Result<f64> {
        match self {
            Self::Number(value) if value.is_finite() => Ok(*value),
            Self::Number(value) => Err(crate::Error::usage(format!("{value} is not a number of seconds"))),
            Self::Text(text) => crate::time::parse_seconds(text),
        }
    }
}

/// The footage's clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockStatement {
    /// The recorder's reading at the first frame, or `container` or `filename` to accept what was found there.
    #[serde(default)]
    pub start: Option<String>,
    /// IANA zone of local times; Europe/London where left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// Recorder minus true time, in seconds.
    #[serde(default)]
    pub error_seconds: Option<f64>,
}

/// A track file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackSource {
    /// The file, relative to the request file.
    pub file: String,
    /// Its SHA-256, so that ids mean what they meant.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What to do about gaps longer than `bridge` in tracks that have a box for every frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Gaps {
    /// For all gaps.
    Policy(super::GapPolicy),
    /// Gap by gap; others stop the run.
    Statements(Vec<GapStatement>),
}

/// What is so in one gap of one track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GapStatement {
    /// The track's id.
    pub track: String,
    /// The gap's first instant.
    pub from: String,
    /// The first instant after it.
    pub to: String,
    /// `absent`: the person is not in the picture. `cover`: cover where they may be.
    pub is: super::GapPolicy,
}

/// A third party who may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownStatement {
    /// The track's id.
    pub track: String,
    /// Why.
    pub because: crate::tracks::ShownBecause,
    /// Needed for `reasonable-without-consent`; kept, never sent.
    #[serde(default)]
    pub justification: Option<String>,
}

/// What happens to the sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudioStatement {
    /// Left out unless said otherwise.
    pub action: AudioAction,
    /// Intervals to silence, `T..T`.
    #[serde(default)]
    pub mute: Vec<String>,
}

/// What happens to the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AudioAction {
    /// No sound.
    Drop,
    /// The window's sound.
    Keep,
    /// The window's sound with intervals silenced.
    Mute,
}

/// How a clip is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Render {
    /// Every frame is covered and encoded again.
    Full,
    /// Untouched frames are copied as they were coded.
    Smart,
}
