//! Track files of any kind as one native document that the page can edit, with everybody's part in the tracks themselves.

use std::path::Path;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::request::Item;
use crate::tracks::formats::native::Document;
use crate::tracks::load::load;
use crate::tracks::{Binding, Role, TrackFile};

/// Reads an item's track files. Who is the requester, and who may be shown, is taken from the item into the tracks; ids
/// that two files share are told apart by the file's name.
///
/// # Errors
/// As [`load`]; `Usage` for a part given to an id that there is not.
pub fn import(item: &Item, base: &Path, footage: &Footage, clock: Option<&Clock>) -> Result<Document> {
    let mut all = empty(footage);
    let mut origin = Vec::new();
    for file in load(item, base, footage, clock)? {
        for mut track in file.file.tracks {
            origin.push((track.id.clone(), format!("{}:{}", file.name, track.id)));
            if item.subject_labels.iter().any(|l| track.label.as_ref() == Some(l)) {
                track.role = Some(Role::Subject);
            }
            if all.tracks.iter().any(|t| t.id == track.id) {
                track.id = format!("{}:{}", file.name, track.id);
            }
            all.tracks.push(track);
        }
    }
    let find = |wanted: &String| {
        let at = origin.iter().position(|(id, full)| id == wanted || full == wanted);
        at.ok_or_else(|| Error::usage(format!("no track has the id '{wanted}'")))
    };
    for id in &item.subjects {
        all.tracks[find(id)?].role = Some(Role::Subject);
    }
    for shown in &item.shown {
        let track = &mut all.tracks[find(&shown.track)?];
        track.shown_because = Some(shown.because);
        track.justification = shown.justification.clone();
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
