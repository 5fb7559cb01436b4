//! Track files from disk, held against the footage they are said to belong to.

use std::path::Path;

use super::formats::ReadOptions;
use super::source::Source;
use super::{KeyFrame, TrackFile, When, by_clock};
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
    check_binding(&file, drawn_at, footage)?;
    let (width, height) = footage.displayed_size();
    if let Some((w, h)) = drawn_at.filter(|&size| size != (width, height)) {
        let (sx, sy) = (f64::from(width) / f64::from(w), f64::from(height) / f64::from(h));
        for key in file.tracks.iter_mut().flat_map(|t| &mut t.keyframes) {
            key.shape = key.shape.scaled(sx, sy);
        }
    }
    by_clock::place(&mut file, clock, footage, item.obscure.unwrap_or_default())?;
    check_fit(&file, footage)?;
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

fn check_binding(file: &TrackFile, drawn_at: Option<(u32, u32)>, footage: &Footage) -> Result<()> {
    let (width, height) = footage.displayed_size();
    if let Some((w, h)) = file.binding.size {
        let expected = drawn_at.unwrap_or((width, height));
        if (w, h) != expected {
            return Err(Error::stopped(format!("the tracks were made for a picture of {w}x{h}, not {}x{}", expected.0, expected.1))
                .hint(format!("if they were drawn on a smaller or larger copy of this very footage, add --tracks-size {w}x{h}; otherwise use the footage they were made for")));
        }
    }
    if let Some(sha256) = file.binding.sha256.as_deref().filter(|s| !s.eq_ignore_ascii_case(&footage.sha256)) {
        return Err(Error::stopped(format!(
            "the tracks were made for footage with SHA-256 {sha256}, this one has {}",
            footage.sha256
        ))
        .hint("use the footage that the tracks were made for"));
    }
    match file.binding.frames {
        Some(frames) if frames != footage.frames.len() as u64 => {
            Err(Error::stopped(format!("the tracks were made for footage of {frames} frames, this one has {}", footage.frames.len()))
                .hint("use the footage that the tracks were made for; a copy at another frame rate numbers its frames differently"))
        }
        _ => Ok(()),
    }
}

/// Whether the boxes can be of this footage at all.
fn check_fit(file: &TrackFile, footage: &Footage) -> Result<()> {
    let (width, height) = footage.displayed_size();
    let shown = || file.tracks.iter().flat_map(|t| t.keyframes.iter().map(move |k| (t, k)));
    let total = shown().count();
    let (w, h) = (f64::from(width), f64::from(height));
    let outside = |k: &KeyFrame| {
        let (x, y) = k.shape.centre();
        !(0.0..=w).contains(&x) || !(0.0..=h).contains(&y)
    };
    let astray = shown().filter(|(_, k)| outside(k)).count();
    if 2 * astray > total {
        let far = shown().map(|(_, k)| k.shape.right()).fold(0.0, f64::max);
        return Err(Error::stopped(format!("{astray} of {total} boxes have their centre outside the picture of {width}x{height} (they reach to x = {far:.0})"))
            .hint("were they drawn at another size? then say which with --tracks-size WxH"));
    }
    let beyond = |k: &KeyFrame| match k.when {
        When::Frame(n) => n >= footage.frames.len() as u64,
        When::Time(t) => t >= footage.end() || t.nanos() < 0,
        When::Clock { .. } => false,
    };
    if total > 0 && shown().all(|(t, k)| !t.whole && beyond(k)) {
        return Err(Error::stopped(format!(
            "every box lies after the end of the footage ({} frames, {})",
            footage.frames.len(),
            footage.end()
        ))
        .hint("the tracks belong to other footage, or to a longer copy of it"));
    }
    Ok(())
}

/// The last part of a path, which is all a log may hold.
pub fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |n| n.to_string_lossy().into_owned())
}
