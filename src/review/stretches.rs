//! What somebody has to look at before they approve: the moments at which anybody enters or leaves, and at which the
//! window begins and ends, because there boxes are late, early or missing; and everybody who is shown, all the time,
//! because a box that has come onto somebody else shows them. Where only chosen people are covered everybody else is
//! shown: then it is the whole window.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::concerns::Laid;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::hash;
use crate::plan::Plan;
use crate::request::{LookedAtRole, Obscure};

/// Seconds before and after such a moment that belong to it.
const AROUND: f64 = 1.0;

/// Seconds that a stretch lasts at most, unless its moments are closer together.
const LONGEST: f64 = 10.0;

/// Somebody enters or leaves, or the window begins or ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// The frame.
    pub frame: usize,
    /// `enters`, `leaves`, `is shown`, `begins`, `goes on`, `ends`; of a single picture `is handed over`, `is covered`.
    pub what: &'static str,
    /// `third-party`, `subject`, `shown`, `window`.
    pub role: &'static str,
    /// Whose, unless it is the window's.
    pub track: Option<String>,
}

/// Frames to look at together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// Names what is shown in it: it changes when anything that is covered in it does, so that a mark that it was looked
    /// at holds for what was seen and for nothing else.
    pub key: String,
    /// First frame.
    pub first: usize,
    /// Last frame.
    pub last: usize,
    /// What happens in it, in order.
    pub moments: Vec<Moment>,
}

/// The stretches of a plan, in order, none touching another.
pub fn stretches(footage: &Footage, plan: &Plan, laid: &[Laid], obscure: Obscure, method: &str) -> Vec<Stretch> {
    let frames: Vec<usize> = plan.covers.iter().map(|c| c.0).collect();
    let (Some(&first), Some(&last)) = (frames.first(), frames.last()) else { return Vec::new() };
    let window = |frame, what| Moment { frame, what, role: "window", track: None };
    if frames.len() <= last - first || first == last {
        return frames.iter().map(|&frame| picture(frame, plan, laid, method)).collect();
    }
    let mut moments = vec![window(first, "begins"), window(last, "ends")];
    let around = (AROUND * footage.frame_rate()).ceil().clamp(1.0, 240.0) as usize;
    if obscure == Obscure::ThirdParties {
        moments.extend((first..last).step_by(2 * around).skip(1).map(|frame| window(frame, "goes on")));
    }
    // A mask that stays covers the same all the time; what stays and is shown may show whoever passes.
    for track in laid.iter().filter(|t| !t.whole || t.role != "third-party") {
        for &(from, to) in &track.runs {
            if track.role != "third-party" {
                let inside = (from.max(first)..to.min(last)).step_by(2 * around).skip(1);
                let shown = |frame| Moment { frame, what: "is shown", role: track.role, track: Some(track.id.clone()) };
                moments.extend(inside.map(shown));
            }
            for (frame, what) in [(from, "enters"), (to, "leaves")] {
                if (first..=last).contains(&frame) {
                    moments.push(Moment { frame, what, role: track.role, track: Some(track.id.clone()) });
                }
            }
        }
    }
    moments.sort_by(|a, b| a.frame.cmp(&b.frame).then_with(|| a.track.cmp(&b.track)));
    let longest = (LONGEST * footage.frame_rate()) as usize;
    let mut found: Vec<Stretch> = Vec::new();
    for moment in moments {
        let (from, to) = (moment.frame.saturating_sub(around).max(first), (moment.frame + around).min(last));
        let begins = found.last().map_or(from, |s| from.max(s.last + 1));
        match found.last_mut() {
            Some(stretch) if to <= stretch.last || (begins == stretch.last + 1 && to - stretch.first <= longest) => {
                stretch.last = to.max(stretch.last);
                stretch.moments.push(moment);
            }
            _ => found.push(Stretch { key: String::new(), first: begins, last: to, moments: vec![moment] }),
        }
    }
    for stretch in &mut found {
        stretch.key = key(stretch, plan, method);
    }
    found
}

/// A single picture, with everybody who is in it.
fn picture(frame: usize, plan: &Plan, laid: &[Laid], method: &str) -> Stretch {
    let mut moments = vec![Moment { frame, what: "is handed over", role: "window", track: None }];
    let is_in = |track: &&Laid| track.runs.iter().any(|r| (r.0..=r.1).contains(&frame));
    moments.extend(laid.iter().filter(is_in).map(|track| Moment {
        frame,
        what: if track.role == "third-party" { "is covered" } else { "is shown" },
        role: track.role,
        track: Some(track.id.clone()),
    }));
    let mut stretch = Stretch { key: String::new(), first: frame, last: frame, moments };
    stretch.key = key(&stretch, plan, method);
    stretch
}

fn key(stretch: &Stretch, plan: &Plan, method: &str) -> String {
    let seen: Vec<_> = plan.covers.iter().filter(|c| (stretch.first..=stretch.last).contains(&c.0)).collect();
    hash::bytes(format!("{method} {:?} {seen:?}", stretch.moments).as_bytes()).chars().take(16).collect()
}

/// Keys of a decision's stretches, as the child told it, that were not looked at.
pub fn left<'a>(decided: &'a Value, looked_at: &[String]) -> Vec<&'a str> {
    let keys = decided["stretches"].as_array().into_iter().flatten().filter_map(|s| s["key"].as_str());
    keys.filter(|key| !looked_at.iter().any(|k| k == key)).collect()
}

/// How many stretches a decision has, as the child told it, and how many were looked at, by role: a stretch counts once
/// for every role in it.
///
/// # Errors
/// `Failed` for a decision without stretches.
pub fn share(decided: &Value, looked_at: &[String]) -> Result<Vec<LookedAtRole>> {
    let none = || Error::failed("it is not known what there is to look at");
    let mut roles: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for stretch in decided["stretches"].as_array().filter(|s| !s.is_empty()).ok_or_else(none)? {
        let key = stretch["key"].as_str().ok_or_else(none)?;
        let moments = stretch["moments"].as_array().ok_or_else(none)?;
        let own: BTreeSet<&str> = moments.iter().filter_map(|m| m["role"].as_str()).collect();
        for role in own {
            let counts = roles.entry(role).or_default();
            *counts = (counts.0 + 1, counts.1 + u64::from(looked_at.iter().any(|k| k == key)));
        }
    }
    let entry =
        |(role, (there, looked_at)): (&str, (u64, u64))| LookedAtRole { role: role.to_owned(), there, looked_at };
    Ok(roles.into_iter().map(entry).collect())
}
