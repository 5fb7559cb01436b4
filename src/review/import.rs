//! Track files of any kind as one native document that the page can edit, with everybody's part in the tracks themselves.

use std::path::Path;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::plan::{Part, cast};
use crate::request::{Item, Rules};
use crate::tracks::formats::native::Document;
use crate::tracks::load::load;
use crate::tracks::{Binding, Role, TrackFile};

/// Reads an item's track files. Who is the requester, and who may be shown, is taken from the item into the tracks as
/// [`cast`] decides it, so that what a disclosure refuses is not settled here by a guess; ids that two files share are
/// told apart by the file's name.
///
/// # Errors
/// As [`load`] and [`cast`].
pub fn import(item: &Item, base: &Path, footage: &Footage, clock: Option<&Clock>) -> Result<Document> {
    let files = load(item, base, footage, clock)?;
    // Who is who does not depend on times, which may need a clock that is not known yet.
    let timeless = Item { gaps: None, audio: None, ..item.clone() };
    let rules = Rules::new(&timeless, |_| Err(Error::failed("a part in the tracks has no time")))?;
    let mut all = empty(footage);
    for player in cast(&files, &rules, true)? {
        let mut track = player.track.clone();
        match player.part {
            Part::ThirdParty => {}
            Part::Subject => track.role = Some(Role::Subject),
            Part::Shown(because, justification) => {
                (track.shown_because, track.justification) = (Some(because), justification);
            }
        }
        while all.tracks.iter().any(|t| t.id == track.id) {
            track.id = format!("{}:{}", player.file.name, track.id);
        }
        all.tracks.push(track);
    }
    Ok(Document::from(&all))
}

/// A track file that is tied to this footage, with nobody in it.
pub fn empty(footage: &Footage) -> TrackFile {
    let binding = Binding {
        size: Some(footage.displayed_size()),
        sha256: Some(footage.sha256.clone()),
        frames: Some(footage.count() as u64),
        times: None,
    };
    TrackFile { format: "native", binding, annotated: None, tracks: Vec::new(), notes: Vec::new() }
}
