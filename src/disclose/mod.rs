//! The story of one disclosure, top to bottom. No step calls the next.

mod again;
mod item;
mod record;
mod understand;

use std::path::{Path, PathBuf};

pub use again::{Again, check_again};
pub use item::{Assessed, Made, Named, Settings, assess, parse_rate, rehearse};
pub use understand::{clock_of, recording, select, understood};

use crate::error::Result;
use crate::log::disclosure::{DisclosureLog, RecordEntry};
use crate::log::notice;
use crate::pack::{Draft, Half};
use crate::progress::Progress;
use crate::request::{self, Outcome, Request};
use crate::verify;
use crate::{hash, json, stats};

/// A pack that stands.
#[derive(Debug)]
pub struct Disclosure {
    /// Where it is.
    pub pack: PathBuf,
    /// Its log.
    pub log: DisclosureLog,
}

/// A request and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The request.
    pub request: &'a Request,
    /// What its paths are relative to.
    pub base: &'a Path,
    /// SHA-256 of the file it was read from, where it was.
    pub sha256: Option<&'a str>,
    /// The reference of the pack that this one replaces.
    pub supersedes: Option<&'a str>,
}

/// Makes the pack `out/reference` for a request, or makes nothing.
///
/// # Errors
/// Every kind there is; see [`crate::Kind`]. Nothing then stands under the pack's name.
pub fn disclose(wish: Wish<'_>, out: &Path, settings: &Settings, progress: &dyn Progress) -> Result<Disclosure> {
    let request = wish.request;
    let mut warnings = request::check(request)?;
    let draft = Draft::create(out, &request.reference)?;
    warnings.extend(draft.leftovers().iter().map(|name| {
        format!("{name} is left from a run that was stopped, or another run is writing it now; delete it when no run is going on")
    }));
    let refused = matches!(request.decision.as_ref().map(|d| d.outcome), Some(Outcome::Refuse | Outcome::NoDataHeld));
    let mut made = Vec::new();
    for (place, item) in request.items.iter().enumerate().filter(|_| !refused) {
        let named = item::Named { item, place, of: request.items.len(), base: wish.base };
        made.push(item::make(&named, wish, &draft, settings, progress)?);
    }
    for item in &made {
        warnings.extend(item.warnings.iter().filter(|w| !warnings.contains(w)).cloned().collect::<Vec<_>>());
    }
    let understood = understood(request);
    let sent = record::notice(request, &made);
    let records = [
        (Half::Send, "notice.json", json::text(&sent)?),
        (Half::Send, "notice.html", notice::html(&sent).into_bytes()),
        (Half::Keep, "tracks.json", record::tracks(&made)?),
    ];
    for (half, name, contents) in &records {
        draft.write(*half, name, contents)?;
    }
    let sealed = |(half, name, contents): &(Half, &str, Vec<u8>)| RecordEntry {
        name: format!("{}/{name}", half.folder()),
        sha256: hash::bytes(contents),
        bytes: contents.len() as u64,
    };
    let log = record::log(&understood, wish, &made, records.iter().map(sealed).collect(), warnings)?;
    draft.write(Half::Keep, "disclosure-log.json", &json::text(&log)?)?;
    let proof = stats::step("seal", || verify::seal(draft.path()))?;
    let pack = stats::step("release", || draft.release(proof))?;
    Ok(Disclosure { pack, log })
}

/// SHA-256 of what a request says, for one that does not come from a file.
///
/// # Errors
/// `Failed` when it cannot be written as JSON.
pub fn request_hash(request: &Request) -> Result<String> {
    json::text(request).map(|text| hash::bytes(&text))
}
