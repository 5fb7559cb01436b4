//! What an item means for covering: numbers instead of text, every default filled in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AudioAction, AudioStatement, Gaps, Item, ShownStatement};
use crate::clock::{self, Instant};
use crate::error::{Error, Result};
use crate::obscure::{METHODS, Method};
use crate::time::{Position, Window};

/// What is covered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Obscure {
    /// Everybody but the requester.
    #[default]
    ThirdParties,
    /// Everything but the requester's boxes.
    AllButSubject,
}

/// What happens in a gap longer than the bridge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapPolicy {
    /// Stop: somebody may be there unmarked.
    #[default]
    Refuse,
    /// The person is not in the picture.
    Absent,
    /// Cover the hull of both ends throughout.
    Cover,
}

/// What happens to damaged frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Damaged {
    /// Stop.
    #[default]
    Refuse,
    /// Cover them whole.
    Cover,
}

/// Room around a box, on each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// Percent of its width left and right, of its height above and below.
    Percent(f64),
    /// Pixels.
    Pixels(f64),
}

/// The defaults that the contract with users promises.
pub const DEFAULT_MARGIN: &str = "10%";
/// See [`DEFAULT_MARGIN`].
pub const DEFAULT_MARGIN_MIN: &str = "8px";
/// Seconds. See [`DEFAULT_MARGIN`].
pub const DEFAULT_HOLD: f64 = 0.5;
/// Seconds. See [`DEFAULT_MARGIN`].
pub const DEFAULT_BRIDGE: f64 = 1.0;

/// What becomes of the sound.
#[derive(Debug, Clone, PartialEq)]
pub enum Sound {
    /// There is none.
    Drop,
    /// It is there, silent in these stretches.
    Keep(Vec<Window>),
}

/// What is so in one gap of one track.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The track's id, or `FILE:ID`.
    pub track: String,
    /// When.
    pub window: Window,
    /// What.
    pub is: GapPolicy,
}

/// How an item's regions come about.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What is covered.
    pub obscure: Obscure,
    /// How.
    pub method: &'static Method,
    /// Room around each box.
    pub margin: Margin,
    /// At least this many pixels.
    pub margin_min: f64,
    /// Nanoseconds before and after a presence.
    pub hold: i64,
    /// Nanoseconds of a gap that are bridged.
    pub bridge: i64,
    /// What happens in longer gaps.
    pub gaps: GapPolicy,
    /// What was stated gap by gap.
    pub statements: Vec<Statement>,
    /// Ids of the requester's tracks.
    pub subjects: Vec<String>,
    /// Labels of the requester's tracks.
    pub subject_labels: Vec<String>,
    /// Third parties who may be shown.
    pub shown: Vec<ShownStatement>,
    /// Somebody has looked: there is nobody else.
    pub no_third_parties: bool,
    /// What happens to damaged frames.
    pub damaged: Damaged,
    /// What becomes of the sound.
    pub sound: Sound,
}

impl Rules {
    /// From an item; `place` turns a TIME into a position.
    ///
    /// # Errors
    /// `Usage` for what cannot be meant: a method that is not there, negative room, a missing justification.
    pub fn new(item: &Item, place: impl Fn(&Instant) -> Result<Position>) -> Result<Self> {
        let name = item.method.as_deref().unwrap_or(METHODS[0].name);
        let method = crate::obscure::method(name).ok_or_else(|| {
            let names: Vec<_> = METHODS.iter().map(|m| m.name).collect();
            Error::usage(format!("there is no method '{name}'")).hint(format!("choose one of {}", names.join(", ")))
        })?;
        let (gaps, statements) = match &item.gaps {
            None => (GapPolicy::Refuse, Vec::new()),
            Some(Gaps::Policy(policy)) => (*policy, Vec::new()),
            Some(Gaps::Statements(list)) => {
                let read = |s: &super::GapStatement| -> Result<Statement> {
                    let window = Window { from: place(&clock::parse(&s.from)?)?, to: place(&clock::parse(&s.to)?)? };
                    Ok(Statement { track: s.track.clone(), window, is: s.is })
                };
                (GapPolicy::Refuse, list.iter().map(read).collect::<Result<_>>()?)
            }
        };
        for shown in &item.shown {
            let needs = shown.because == crate::tracks::ShownBecause::ReasonableWithoutConsent;
            if needs && shown.justification.as_deref().is_none_or(|j| j.trim().is_empty()) {
                return Err(Error::usage(format!(
                    "track {} is to be shown without consent, but no justification is given",
                    shown.track
                ))
                .hint("add \"justification\": it is kept in the controller's log and never sent"));
            }
        }
        let nanos = |given: &Option<super::Seconds>, default: f64, what: &str| -> Result<i64> {
            let value = given.as_ref().map_or(Ok(default), super::Seconds::value)?;
            if value < 0.0 {
                return Err(
                    Error::usage(format!("{what} cannot be negative ({value})")).hint("write seconds, 0 or more")
                );
            }
            Position::from_seconds(value).map(Position::nanos).ok_or_else(|| {
                Error::usage(format!("{what} of {value} s is too long")).hint("write seconds, for example 0.5")
            })
        };
        Ok(Self {
            obscure: item.obscure.unwrap_or_default(),
            method,
            margin: parse_margin(item.margin.as_deref().unwrap_or(DEFAULT_MARGIN))?,
            margin_min: parse_pixels(item.margin_min.as_deref().unwrap_or(DEFAULT_MARGIN_MIN))?,
            hold: nanos(&item.hold, DEFAULT_HOLD, "hold")?,
            bridge: nanos(&item.bridge, DEFAULT_BRIDGE, "bridge")?,
            gaps,
            statements,
            subjects: item.subjects.clone(),
            subject_labels: item.subject_labels.clone(),
            shown: item.shown.clone(),
            no_third_parties: item.no_third_parties,
            damaged: item.damaged.unwrap_or_default(),
            sound: sound(item.audio.as_ref(), &place)?,
        })
    }

    /// Where these rules protect less than the defaults, in words for the terminal and the log.
    pub fn weaker_than_default(&self) -> Vec<String> {
        let mut weaker = Vec::new();
        match self.margin {
            Margin::Percent(p) if p < 10.0 => {
                weaker.push(format!("the margin of {p}% is smaller than the default of {DEFAULT_MARGIN}"))
            }
            Margin::Pixels(p) => weaker.push(format!(
                "the margin of {p}px does not grow with the box as the default of {DEFAULT_MARGIN} does"
            )),
            Margin::Percent(_) => {}
        }
        if self.margin_min < 8.0 {
            weaker.push(format!(
                "the least margin of {}px is smaller than the default of {DEFAULT_MARGIN_MIN}",
                self.margin_min
            ));
        }
        if (self.hold as f64) < DEFAULT_HOLD * 1e9 {
            weaker.push(format!(
                "the hold of {} s is shorter than the default of {DEFAULT_HOLD} s",
                self.hold as f64 / 1e9
            ));
        }
        if (self.bridge as f64) > DEFAULT_BRIDGE * 1e9 {
            weaker.push(format!(
                "the bridge of {} s is longer than the default of {DEFAULT_BRIDGE} s: where a person went meanwhile is a guess",
                self.bridge as f64 / 1e9
            ));
        }
        if self.gaps == GapPolicy::Absent {
            weaker.push("every gap in a track is taken to mean that the person is not there".to_owned());
        }
        if self.method.recoverable {
            weaker.push(format!(
                "what is under '{}' can be recovered in part; frost and fill leave nothing to recover",
                self.method.name
            ));
        }
        weaker
    }
}

fn sound(stated: Option<&AudioStatement>, place: &impl Fn(&Instant) -> Result<Position>) -> Result<Sound> {
    let Some(stated) = stated.filter(|s| s.action != AudioAction::Drop) else { return Ok(Sound::Drop) };
    let stretch = |text: &String| -> Result<Window> {
        let bad = || Error::usage(format!("'{text}' is no stretch to silence")).hint("write it as 00:01:30..00:01:35");
        let (from, to) = text.split_once("..").ok_or_else(bad)?;
        let window = Window { from: place(&clock::parse(from)?)?, to: place(&clock::parse(to)?)? };
        if window.from < window.to { Ok(window) } else { Err(bad()) }
    };
    stated.mute.iter().map(stretch).collect::<Result<_>>().map(Sound::Keep)
}

/// `10%` or `12px`.
///
/// # Errors
/// `Usage` when it is neither, or negative.
fn parse_margin(text: &str) -> Result<Margin> {
    match text.trim().strip_suffix('%') {
        Some(number) => Ok(Margin::Percent(not_negative(number, text)?)),
        None => parse_pixels(text).map(Margin::Pixels),
    }
}

fn parse_pixels(text: &str) -> Result<f64> {
    let number = text.trim().strip_suffix("px").ok_or_else(|| bad_margin(text))?;
    not_negative(number, text)
}

fn not_negative(number: &str, text: &str) -> Result<f64> {
    match number.trim().parse::<f64>() {
        Ok(value) if value < 0.0 => {
            Err(Error::usage(format!("a margin cannot be negative ({text})")).hint("write it as 10% or 12px"))
        }
        Ok(value) if value.is_finite() && value <= 100_000.0 => Ok(value),
        _ => Err(bad_margin(text)),
    }
}

fn bad_margin(text: &str) -> Error {
    Error::usage(format!("'{text}' is not a margin")).hint("write it as 10% (not for the least margin) or 12px")
}
