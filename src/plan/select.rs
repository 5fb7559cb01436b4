//! Which frames are wanted, and what of the wanted time the footage does not hold.

use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::time::{Lasts, Position, Window};

/// A stretch of the asked time that is not supplied, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// When.
    pub window: Window,
    /// In words for the notice.
    pub why: &'static str,
}

/// The frames of a disclosure item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Numbers of the wanted frames: in order and each once for a clip, as asked for stills.
    pub frames: Vec<usize>,
    /// For stills, the instant asked for that each frame answers; empty for a clip.
    pub instants: Vec<Position>,
    /// The time asked for.
    pub asked: Window,
    /// The time supplied.
    pub delivered: Window,
    /// What is missing of the time asked for.
    pub missing: Vec<Missing>,
}

impl Selection {
    /// How long the last frame of a clip is shown: for its own duration, or to the window's end if that is sooner.
    pub fn last_lasts(&self, footage: &Footage) -> Lasts {
        let last = self.frames.last().copied().unwrap_or(0);
        let left = self.asked.to.since(footage.position(last));
        Lasts { ticks: footage.duration_ticks(last).max(1), at_most: Some(left) }
    }
}

/// The frames of a clip: every frame whose time is in the window.
///
/// # Errors
/// `Usage` for a window that ends before it begins; `Unsafe` when no frame is in it, or no time at all.
pub fn clip(footage: &Footage, asked: Window) -> Result<Selection> {
    if asked.to < asked.from {
        return Err(Error::usage(format!("the time asked for ends ({}) before it begins ({})", asked.to, asked.from))
            .hint("exchange --from and --to, or look at them again"));
    }
    if asked.to == asked.from {
        return Err(nothing(
            footage,
            &format!("the window from {} to {} is empty: it ends where it begins", asked.from, asked.to),
        ));
    }
    let frames: Vec<usize> = footage.frames_in(asked).collect();
    let (Some(&first), Some(&last)) = (frames.first(), frames.last()) else {
        return Err(nothing(footage, &format!("the recording has no picture between {} and {}", asked.from, asked.to)));
    };
    let (start, end) = (Position::ZERO, footage.end());
    let last_end = footage.time_base.position(footage.frames[last].ticks + footage.duration_ticks(last));
    let delivered = Window { from: footage.position(first), to: last_end.min(asked.to) };
    let before = (asked.from < start)
        .then_some(Missing { window: Window { from: asked.from, to: start }, why: "before the recording begins" });
    let cut_off = footage.parts.last().is_some_and(|p| p.cut_off);
    let why = if cut_off { "after the file breaks off" } else { "after the recording ends" };
    let after = (asked.to > end).then_some(Missing { window: Window { from: end, to: asked.to }, why });
    let gaps = footage.gaps().filter_map(|gap| {
        let cut = Window { from: gap.from.max(asked.from), to: gap.to.min(asked.to) };
        (cut.from < cut.to).then_some(Missing { window: cut, why: "recording gap" })
    });
    let missing = before.into_iter().chain(gaps).chain(after).collect();
    Ok(Selection { frames, instants: Vec::new(), asked, delivered, missing })
}

/// The frames of stills: at each instant, the last frame at or before it.
///
/// # Errors
/// `Unsafe` when an instant is before the footage, after it, or in a recording gap.
pub fn stills(footage: &Footage, instants: &[Position]) -> Result<Selection> {
    let mut frames = Vec::with_capacity(instants.len());
    for &at in instants {
        let frame = footage.frame_at(at).ok_or_else(|| nothing(footage, &format!("{at} is before the first frame")))?;
        let end = footage.time_base.position(footage.frames[frame].ticks + footage.duration_ticks(frame));
        if at >= end {
            let why =
                if frame + 1 < footage.frames.len() { "is in a recording gap" } else { "is after the last frame" };
            return Err(nothing(footage, &format!("{at} {why}")));
        }
        frames.push(frame);
    }
    let (Some(&first), Some(&last)) = (instants.iter().min(), instants.iter().max()) else {
        return Err(Error::usage("no instant was asked for"));
    };
    let (low, high) = (frames.iter().min().copied().unwrap_or(0), frames.iter().max().copied().unwrap_or(0));
    let delivered = Window { from: footage.position(low), to: footage.position(high) };
    let asked = Window { from: first, to: last };
    Ok(Selection { frames, instants: instants.to_vec(), asked, delivered, missing: Vec::new() })
}

/// `from`, `from + every`, … below `to`.
///
/// # Errors
/// `Usage` when the interval is not above 0 or would give more than 100,000 stills.
pub fn series(window: Window, every: i64) -> Result<Vec<Position>> {
    let length = window.to.since(window.from);
    if every <= 0 || length <= 0 {
        return Err(Error::usage(
            "a series of stills needs an interval above 0 and a window that ends after it begins",
        )
        .hint("for example --every 1s --from 00:01:30 --to 00:02:00"));
    }
    if length / every > 100_000 {
        return Err(Error::usage("this interval would give more than 100,000 stills")
            .hint("choose a longer --every or a shorter window"));
    }
    Ok((0..).map(|n| window.from.plus(n * every)).take_while(|&at| at < window.to).collect())
}

fn nothing(footage: &Footage, what: &str) -> Error {
    let gaps = footage.gaps().count();
    let gaps = if gaps > 0 { format!(", with {gaps} recording gaps") } else { String::new() };
    Error::stopped(format!("{}: {what}", footage.name)).hint(format!(
        "the recording runs from {} to {}{gaps}. A time without a date is counted from its first picture; with a date it is the time of day: then check when the recording starts, its zone and its clock error",
        Position::ZERO,
        footage.end()
    ))
}
