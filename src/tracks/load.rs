//! Track files from disk, held against the footage they are said to belong to.

use std::path::Path;

use super::formats::ReadOptions;
use super::source::Source;
use super::working_copy::WorkingCopy;
use super::{TrackFile, by_clock, fit};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::request::{Item, TrackSource};
use crate::{hash, input};

/// One track file, read and fitted to the footage: its boxes are in the footage's displayed pixels.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The name of the file or folder.
    pub name: String,
    /// Its SHA-256, lower-case hex; [`Source::sha256`] says what that is of a folder.
    pub sha256: String,
    /// SHA-256 of the binding of the working copy that it was made on, where it was.
    pub binding_sha256: Option<String>,
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
    let bound = |path: &String| -> Result<_> {
        let bytes = input::read(&base.join(path))?;
        let copy = WorkingCopy::parse(&bytes).and_then(|copy| copy.check(footage).map(|()| copy));
        Ok((copy.map_err(|e| e.at(file_name(path)))?, hash::bytes(&bytes)))
    };
    let copy = item.binding.as_ref().map(bound).transpose()?;
    item.tracks
        .iter()
        .map(|source| {
            let read = Source::read(&base.join(&source.file))?;
            load_one(item, source, &read, copy.as_ref(), footage, clock).map_err(|e| e.at(file_name(&source.file)))
        })
        .collect()
}

fn load_one(
    item: &Item,
    source: &TrackSource,
    read: &Source,
    copy: Option<&(WorkingCopy, String)>,
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
        size: Some(drawn_at.unwrap_or(copy.map_or(footage.displayed_size(), |c| c.0.size()))),
        mot_origin: item.mot_origin.unwrap_or(0),
        first_frame: item.tracks_first_frame,
    };
    let mut file = read.tracks(item.tracks_format.as_deref(), &options)?;
    match copy {
        Some((copy, _)) => copy.bring(&mut file, drawn_at, Some(footage))?,
        None => {
            let size = footage.displayed_size();
            fit::binding(&file, drawn_at, &fit::of(footage), Some(footage))?;
            rescale(&mut file, drawn_at.unwrap_or(size), size);
        }
    }
    by_clock::place(&mut file, clock, footage, item.obscure.unwrap_or_default())?;
    let suspicions = fit::boxes(&file, footage, copy.is_some())?;
    file.notes.extend(suspicions);
    Ok(Loaded {
        name: file_name(&source.file),
        sha256,
        binding_sha256: copy.map(|c| c.1.clone()),
        pinned: source.sha256.is_some(),
        file,
    })
}

/// Boxes that were drawn at one size, in pixels of another.
pub(super) fn rescale(file: &mut TrackFile, from: (u32, u32), to: (u32, u32)) {
    if from == to {
        return;
    }
    let (sx, sy) = (f64::from(to.0) / f64::from(from.0), f64::from(to.1) / f64::from(from.1));
    for key in file.tracks.iter_mut().flat_map(|t| &mut t.keyframes) {
        key.shape = key.shape.scaled(sx, sy);
    }
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
