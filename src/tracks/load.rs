//! Track files from disk, held against the footage they are said to belong to.

use std::path::Path;

use super::formats::ReadOptions;
use super::source::Source;
use super::{TrackFile, by_clock, fit};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::request::{Item, TrackSource};

/// One track file, read and fitted to the footage: its boxes are in the footage's displayed pixels.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The name of the file or folder.
    pub name: String,
    /// Its SHA-256, lower-case hex; [`Source::sha256`] says what that is of a folder.
    pub sha256: String,
    /// The request names that hash, so ids mean what they meant.
    pub pinned: bool,
    /// What it says.
    pub file: TrackFile,
}

/// Reads an item's track files. Paths are relative to `base`; `clock` is the footage's, where it is known.
///
/// # Errors
/// `Failed` for what cannot be read; `Unsafe` for what cannot belong to this footage; `Usage` where the clock, or an
/// option, is needed and not given.
pub fn load(item: &Item, base: &Path, footage: &Footage, clock: Option<&Clock>) -> Result<Vec<Loaded>> {
    item.tracks
        .iter()
        .map(|source| {
            let read = Source::read(&base.join(&source.file))?;
            load_one(item, source, &read, footage, clock).map_err(|e| e.at(file_name(&source.file)))
        })
        .collect()
}

fn load_one(
    item: &Item,
    source: &TrackSource,
    read: &Source,
    footage: &Footage,
    clock: Option<&Clock>,
) -> Result<Loaded> {
    let sha256 = read.sha256.clone();
    if let Some(wanted) = source.sha256.as_deref().filter(|s| !s.eq_ignore_ascii_case(&sha256)) {
        return Err(Error::stopped(format!(
            "the request was made for a track file with SHA-256 {wanted}, this one has {sha256}"
        ))
        .hint("use the file that the request was made for, or look again at every id and update the hash"));
    }
    let drawn_at = item.tracks_size.as_deref().map(parse_size).transpose()?;
    let options = ReadOptions {
        size: Some(drawn_at.unwrap_or(footage.displayed_size())),
        mot_origin: item.mot_origin.unwrap_or(0),
        first_frame: item.tracks_first_frame,
    };
    let mut file = read.tracks(item.tracks_format.as_deref(), &options)?;
    fit::binding(&file, drawn_at, footage)?;
    let (width, height) = footage.displayed_size();
    if let Some((w, h)) = drawn_at.filter(|&size| size != (width, height)) {
        let (sx, sy) = (f64::from(width) / f64::from(w), f64::from(height) / f64::from(h));
        for key in file.tracks.iter_mut().flat_map(|t| &mut t.keyframes) {
            key.shape = key.shape.scaled(sx, sy);
        }
    }
    by_clock::place(&mut file, clock, footage, item.obscure.unwrap_or_default())?;
    let suspicions = fit::boxes(&file, footage)?;
    file.notes.extend(suspicions);
    Ok(Loaded { name: file_name(&source.file), sha256, pinned: source.sha256.is_some(), file })
}

/// `1920x1080`.
///
/// # Errors
/// `Usage` when it is not two numbers above 0.
pub fn parse_size(text: &str) -> Result<(u32, u32)> {
    let sides =
        text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    sides
        .filter(|&(w, h)| w > 0 && h > 0)
        .ok_or_else(|| Error::usage(format!("'{text}' is not a picture size")).hint("write it as 1920x1080"))
}

/// The last part of a path, which is all a log may hold.
pub fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |n| n.to_string_lossy().into_owned())
}
