//! The story of one disclosure, top to bottom. No step calls the next.

mod again;
mod decide;
mod fill;
mod item;
mod record;
mod understand;

use std::path::{Path, PathBuf};

pub use again::{Again, CheckAgain};
pub use decide::{Decided, decide};
pub use fill::Fill;
pub use item::{Assessed, Made, Named, Settings, assess, parse_rate, rehearse};
pub use understand::{clock_of, place, recording, select, understood};

use crate::contain;
use crate::error::Result;
use crate::log::disclosure::DisclosureLog;
use crate::pack::Draft;
use crate::progress::Progress;
use crate::request::{self, Request};
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
    let mut warnings = request::check(wish.request)?;
    let draft = Draft::create(out, &wish.request.reference)?;
    warnings.extend(draft.leftovers().iter().map(|name| {
        format!("{name} is left from a run that was stopped, or another run is writing it now; delete it when no run is going on")
    }));
    // Everything that opens footage; a pack's files and its log stand in the folder afterwards.
    let fill = Fill::new(wish, warnings, draft.folder(), settings);
    contain::run(fill, settings.place, progress)?;
    let proof = stats::step("seal", || verify::seal(draft.folder().path()))?;
    let pack = stats::step("release", || draft.release(proof))?;
    let log = verify::read_log(&pack)?;
    Ok(Disclosure { pack, log })
}

/// SHA-256 of what a request says, for one that does not come from a file.
///
/// # Errors
/// `Failed` when it cannot be written as JSON.
pub fn request_hash(request: &Request) -> Result<String> {
    json::text(request).map(|text| hash::bytes(&text))
}
