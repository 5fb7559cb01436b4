//! What is decided about an item, once its footage is known: for a disclosure and for the review page alike.

use super::understand::{clock_of, place, select};
use crate::clock::Clock;
use crate::error::Result;
use crate::footage::Footage;
use crate::plan::{self, Plan};
use crate::request::{Item, Rules};
use crate::stats;
use crate::tracks::load::Loaded;

/// What is decided about an item, its footage being known.
pub struct Decided {
    /// The footage's clock and where that comes from.
    pub clock: Option<(Clock, &'static str)>,
    /// The track files.
    pub files: Vec<Loaded>,
    /// How things are covered.
    pub rules: Rules,
    /// Every decision.
    pub plan: Plan,
}

/// Decides what an item shows, but for damage, which only decoding tells.
///
/// # Errors
/// What each step gives.
pub fn decide(
    item: &Item,
    footage: &Footage,
    pin_ids: bool,
    tracks: impl FnOnce(&Footage, Option<&Clock>) -> Result<Vec<Loaded>>,
) -> Result<Decided> {
    let clock = clock_of(item.clock.as_ref(), footage)?;
    let selection = select(item, clock.as_ref().map(|c| &c.0), footage)?;
    let rules = Rules::new(item, |instant| place(instant, clock.as_ref().map(|c| &c.0), footage))?;
    let files = stats::step("tracks", || tracks(footage, clock.as_ref().map(|c| &c.0)))?;
    let plan = stats::step("plan", || plan::plan(footage, &files, &rules, selection, pin_ids))?;
    Ok(Decided { clock, files, rules, plan })
}
