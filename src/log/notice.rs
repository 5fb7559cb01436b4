//! The recipient's record: what goes to the requester beside the files, or instead of them.
//!
//! Its types have no room for what must stay with the controller (the footage's hash, size and name,
//! coordinates, tracks, other people, the operator, the internal reason, paths, the hour of the run).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::notice_page::html;
pub use crate::request::{Ground, Kind as ItemKind, Obscure, Outcome};

/// What a requester is told about one request. `notice.json` is this; [`html`] is its printable page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The version of this format: 1.
    pub version: u32,
    /// The request's reference, to quote in every letter about it.
    pub reference: String,
    /// Who answers for the footage and decided on the request.
    pub controller: String,
    /// What was decided.
    pub outcome: Outcome,
    /// For a refusal, the ground in law.
    #[serde(default)]
    pub ground: Option<Ground>,
    /// The reason as the controller wrote it for the requester.
    pub reason: Option<String>,
    /// The files supplied, in the order of their names. Empty when nothing is supplied.
    pub items: Vec<Item>,
    /// How to open the files, one sentence or two each: [`how_to_play`].
    #[serde(default)]
    pub how_to_play: Vec<String>,
    /// What the requester may do now, one right each: [`rights`].
    pub rights: Vec<String>,
}

/// One file supplied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Whether it is a clip or a still.
    #[serde(default)]
    pub kind: ItemKind,
    /// The name of the file supplied.
    pub file: String,
    /// The SHA-256 of the file supplied, lower-case hex.
    pub sha256: String,
    /// The time asked for.
    pub asked: Span,
    /// The time supplied; for a still, that of the frame it shows.
    pub supplied: Span,
    /// What was asked for and cannot be seen, in time order.
    pub missing: Vec<Missing>,
    /// The camera, where it has a name.
    pub camera: Option<String>,
    /// A sentence on the recorder's clock, where it is known to be wrong.
    #[serde(default)]
    pub clock_note: Option<String>,
    /// What there was to cover.
    #[serde(default)]
    pub obscure: Obscure,
    /// Whether anybody else is covered in it.
    pub others_covered: bool,
    /// A sentence on how they are covered.
    #[serde(default)]
    pub method: Option<String>,
    /// Seconds during which somebody else's cover hides the requester or a part of them, 0 or more; for a
    /// still, the time for which its frame was shown.
    pub requester_covered_seconds: f64,
    /// What became of the sound.
    pub audio: Audio,
}

/// A stretch of time, or with both ends equal one moment. Wall-clock times as in RFC 3339 with an offset
/// (`2026-10-12T09:14:00+01:00`, and `[Europe/London]` after it where known), otherwise positions in the
/// footage (`00:01:30.000`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first instant.
    pub from: String,
    /// The first instant after, or the same as `from` for one moment.
    pub to: String,
}

/// A stretch of the time asked for that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// The first instant that cannot be seen.
    pub from: String,
    /// The first instant after.
    pub to: String,
    /// Why.
    pub why: Why,
}

/// Why a stretch cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Why {
    /// Before the recording begins or after it ends.
    #[serde(rename = "not in the recording")]
    NotInTheRecording,
    /// The recorder stopped and went on later.
    #[serde(rename = "recording gap")]
    RecordingGap,
    /// The recording is damaged there, and those frames are covered whole.
    #[serde(rename = "damaged")]
    Damaged,
}

/// What became of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audio {
    /// There was none.
    None,
    /// The recording has sound; the file has none.
    Removed,
    /// The file has the recording's sound.
    Kept,
    /// The file has the recording's sound, silenced in places.
    Muted,
}

/// Who answers, where no name was given.
pub const UNNAMED: &str = "the organisation that answered your request";

/// What a requester may do after each outcome: complain to the controller, to the regulator, and go to
/// court (Articles 12(4), 15(1) and 77 to 79 of the GDPR and the UK GDPR); after a grant, shorter.
pub fn rights(outcome: Outcome) -> Vec<String> {
    let controller = match outcome {
        Outcome::Clip | Outcome::Still => {
            "If something is wrong or missing, tell the organisation that answered you. You may also ask it to \
             delete recordings of you, to limit how it uses them, or to stop using them, and you may complain to it."
        }
        Outcome::Refuse => {
            "You may complain to the organisation that answered you and ask it to look at its decision again. \
             Quote the reference above."
        }
        Outcome::NoDataHeld => {
            "If you think that there is a recording, tell the organisation that answered you where and when it was \
             made, and what you were wearing. You may also complain to it. Quote the reference above."
        }
    };
    let regulator = "You may complain to the data protection regulator (in the UK, the Information Commissioner's \
                     Office, ico.org.uk). This is free.";
    let court = "You may go to court to have your rights enforced. You may want to take legal advice first.";
    [controller, regulator, court].map(String::from).into()
}

/// How to open what is supplied, for somebody who has never done it; and why things that move may look odd where the
/// camera is `interlaced`.
pub fn how_to_play(items: &[Item], interlaced: bool) -> Vec<String> {
    let has = |kind| items.iter().any(|item| item.kind == kind);
    let clip = "To play a video, open its file with a double click or a tap. It plays in the players that come \
                with Windows, Mac, iPhone and Android, and in web browsers. No other program is needed.";
    let still = "To see a picture, open its file with a double click or a tap. The band below the picture gives its \
                 time and the reference; nothing of the picture lies under the band.";
    let combed = "The camera took every picture in two halves, one a moment after the other, so things that move have \
                  edges that look combed. Both halves are there, as they were recorded. Some players can smooth this, \
                  for example VLC: Video, Deinterlace, On.";
    [(ItemKind::Clip, clip), (ItemKind::Still, still)]
        .into_iter()
        .filter(|(kind, _)| has(*kind))
        .map(|(_, sentence)| sentence.to_string())
        .chain((interlaced && !items.is_empty()).then(|| combed.to_owned()))
        .collect()
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
