//! A pack checked again, from its own files or against the footage.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::item::{Assessed, Named, Settings, expected_clip, judge};
use crate::contain::{Access, Contained, Place, Task};
use crate::error::{Error, Kind, Result};
use crate::hash;
use crate::input::Mark;
use crate::log::disclosure::{DisclosureLog, FootageEntry, Item, Tool, TrackFileEntry};
use crate::progress::Progress;
use crate::render::Rendering;
use crate::request::{Gaps, Item as Asked, Render};
use crate::time::Position;
use crate::tracks::formats::native;
use crate::tracks::load::Loaded;
use crate::verify::{self, Against, ExpectedClip, Report, Source};

/// What checking a pack again found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Again {
    /// Its reference.
    pub reference: String,
    /// Each file supplied and what was checked of it.
    pub items: Vec<(String, Report)>,
}

/// Checks a pack: structure and hashes, then every file; with its footage at hand, everything.
///
/// Errors are `Unverified`, naming what is not as it must be; `Unsafe` when a piece of footage is not the one the pack was
/// made from; `Failed` when something cannot be read.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckAgain {
    /// The pack.
    pub pack: PathBuf,
    /// Footage it was made from.
    pub footage: Vec<PathBuf>,
    /// Threads to work with, at least 1.
    pub threads: usize,
}

impl Task for CheckAgain {
    const NAME: &'static str = "check-again";
    type Reply = Again;

    fn access(&self) -> Access {
        let read = self.footage.iter().chain([&self.pack]).cloned().collect();
        Access { read, write: Vec::new(), threads: self.threads }
    }

    fn carry_out(self, _: Contained, progress: &dyn Progress) -> Result<Again> {
        check_again(&self.pack, &self.footage, self.threads, progress)
    }
}

fn check_again(pack: &Path, footage: &[PathBuf], threads: usize, progress: &dyn Progress) -> Result<Again> {
    verify::seal(pack)?;
    let log = verify::read_log(pack)?;
    let hashes = footage
        .iter()
        .map(|path| Mark::of(path).and_then(|mark| Ok((hash::file(path)?, path, mark))))
        .collect::<Result<Vec<_>>>()?;
    for (sha256, path, _) in &hashes {
        if !log.items.iter().flat_map(|i| &i.footage).any(|f| f.sha256 == *sha256) {
            return Err(Error::stopped(format!("{}: the pack was not made from this footage", path.display()))
                .hint("give the very file that the log names, unchanged"));
        }
    }
    let mut items = Vec::new();
    for (place, item) in log.items.iter().enumerate() {
        let given = |f: &FootageEntry| hashes.iter().find(|(sha256, ..)| *sha256 == f.sha256).map(|h| h.1.clone());
        // All of its files, or nothing is checked against them.
        let source: Option<Vec<PathBuf>> = item.footage.iter().map(given).collect();
        items.extend(check_item(pack, &log, place, item, source.as_deref(), threads, progress)?);
    }
    for (sha256, path, mark) in &hashes {
        mark.holds(path, sha256)?;
    }
    Ok(Again { reference: log.reference, items })
}

fn check_item(
    pack: &Path,
    log: &DisclosureLog,
    place: usize,
    item: &Item,
    footage: Option<&[PathBuf]>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Vec<(String, Report)>> {
    let method = crate::obscure::method(&item.method.name)
        .ok_or_else(|| Error::unverified(format!("the log names an unknown method '{}'", item.method.name)))?;
    // Planned again from the footage, the kept tracks and the logged request.
    let planned = footage.map(|paths| -> Result<_> {
        let files = kept_tracks(pack, item, place)?;
        let asked = asked_again(log, place, paths, &files)?;
        let begin: Vec<Position> = item.footage.iter().map(|f| Position::from_nanos(f.begins_nanoseconds)).collect();
        let named = Named { item: &asked, place, of: log.items.len(), base: Path::new("") };
        let settings = Settings { threads, pin_ids: false, place: Place::Here };
        let known = judge(&named, &settings, progress, Some(&begin), |_, _| Ok(files)).map_err(not_given)?;
        Ok((asked, known))
    });
    let planned = planned.transpose()?;
    if let Some((_, known)) = &planned
        && known.rules.method.name != method.name
    {
        return Err(Error::unverified(format!(
            "item {} of the log does not name the method that was asked for",
            place + 1
        )));
    }
    let send = pack.join("send");
    let said = (item.rendering.used, item.rendering.copied_frames, item.rendering.copied.len());
    let made = item.expected_clip.as_ref().map_or((Render::Full, 0, 0), |c| {
        (if c.copied.is_empty() { Render::Full } else { Render::Smart }, c.copied_frames(), c.copied.len())
    });
    if said != made {
        return Err(Error::unverified(format!("item {} of the log contradicts itself on what was copied", place + 1)));
    }
    let same_tool = log.tool == Tool::this();
    if let (Some(expected), [file]) = (&item.expected_clip, item.files.as_slice()) {
        if let Some((_, known)) = &planned
            && expected_again(known, item, same_tool)? != Some(expected.clone())
        {
            return Err(Error::unverified(format!(
                "{}: the footage and the kept tracks do not give what the log says",
                file.name
            )));
        }
        let source = planned.as_ref().map(|(_, known)| Source { footage: &known.footage, plan: &known.plan });
        progress.stage("verifying", expected.frames() as u64);
        let path = send.join(&file.name);
        let mut report = verify::clip(&path, expected, method, source.map(Against::Footage), threads, progress)?;
        if expected.sound.is_some() && !(planned.is_some() && same_tool) {
            let what = "that the sound is the footage's (needs --footage, and the versions that the log names)";
            report.unchecked.push(what.to_owned());
        }
        return Ok(vec![(file.name.clone(), report)]);
    }
    if item.expected_stills.len() != item.files.len() {
        return Err(Error::unverified(format!("item {} of the log does not say what its files must hold", place + 1)));
    }
    if let Some((asked, known)) = &planned {
        let clock = known.clock.as_ref().map(|c| &c.0);
        let stamp =
            |frame| super::item::stamp(known.footage.position(frame), clock, asked.camera.as_deref(), &log.reference);
        let paths: Vec<PathBuf> = item.files.iter().map(|f| send.join(&f.name)).collect();
        let reports = super::item::check_stills(known, &paths, &item.expected_stills, &stamp, threads, progress)?;
        return Ok(item.files.iter().map(|f| f.name.clone()).zip(reports).collect());
    }
    let check = |(file, expected): (&crate::log::disclosure::FileEntry, _)| {
        verify::still(&send.join(&file.name), expected, method, None)
            .map(|r| (file.name.clone(), r))
            .map_err(|e| e.at(&file.name))
    };
    item.files.iter().zip(&item.expected_stills).map(check).collect()
}

/// What a clip must hold by what was planned again; nothing where it cannot have been made as the log says.
fn expected_again(known: &Assessed, item: &Item, same_tool: bool) -> Result<Option<ExpectedClip>> {
    let (footage, plan) = (&known.footage, &known.plan);
    let rendering = match item.rendering.used {
        Render::Full => Rendering::full(footage, plan)?,
        Render::Smart => match Rendering::smart(footage, plan)? {
            Ok(rendering) => rendering,
            Err(_) => return Ok(None),
        },
    };
    let sound = super::item::sound_of(known)?;
    let mut expected = expected_clip(footage, plan, &rendering, sound.as_ref());
    let logged = item.expected_clip.as_ref().and_then(|c| c.sound.as_ref());
    if let (Some(made), Some(logged), false) = (&mut expected.sound, logged, same_tool) {
        // Another version of the encoder codes the same sound in other bytes.
        made.sha256.clone_from(&logged.sha256);
    }
    Ok(Some(expected))
}

/// The tracks that the pack kept for an item, in the files and under the ids that its request speaks of.
fn kept_tracks(pack: &Path, item: &Item, place: usize) -> Result<Vec<Loaded>> {
    let path = pack.join("keep/tracks.json");
    let bytes = std::fs::read(&path).map_err(|e| Error::io("cannot read", &path, &e))?;
    let kept: native::Document =
        serde_json::from_slice(&bytes).map_err(|e| Error::unverified(format!("keep/tracks.json: {e}")))?;
    let number = place as u32 + 1;
    let of_file = |file: &TrackFileEntry| {
        let mut own = native::Document { footage: None, ..kept.clone() };
        own.tracks.retain(|t| {
            t.file_sha256.as_ref() == Some(&file.sha256) && t.items.as_ref().is_some_and(|i| i.contains(&number))
        });
        for track in &mut own.tracks {
            if let Some(id) = track.id.strip_prefix(&super::record::renamed(number, &file.name, "")) {
                track.id = id.to_owned();
            }
        }
        let tracks = own.into_tracks().map_err(not_given)?;
        Ok(Loaded {
            name: file.name.clone(),
            sha256: file.sha256.clone(),
            binding_sha256: None,
            pinned: true,
            file: tracks,
        })
    };
    item.track_files.iter().map(of_file).collect()
}

/// The logged item, asking for the given footage. The kept tracks state their parts themselves, and tracks that did
/// not bear on the window are not kept, so what was said of them is left out.
fn asked_again(log: &DisclosureLog, place: usize, footage: &[PathBuf], files: &[Loaded]) -> Result<Asked> {
    let mut asked = log
        .request
        .items
        .get(place)
        .cloned()
        .ok_or_else(|| Error::unverified("the log's request has fewer items than the log"))?;
    asked.footage = footage.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    // The file may have another name by now; its first frame's time is the logged one.
    let logged = log.items.get(place).and_then(|i| i.footage.first()).and_then(|f| f.clock.start.clone());
    if let Some(clock) = asked.clock.as_mut().filter(|c| c.start.is_some() && logged.is_some()) {
        clock.start = logged;
    }
    // Kept tracks are the footage's own.
    asked.binding = None;
    asked.subjects.clear();
    asked.subject_labels.clear();
    asked.shown.clear();
    if let Some(Gaps::Statements(list)) = &mut asked.gaps {
        let is = |id: &str, f: &Loaded| {
            f.file.tracks.iter().any(|t| id == t.id || id.strip_suffix(&t.id) == Some(&format!("{}:", f.name)))
        };
        list.retain(|s| files.iter().any(|f| is(&s.track, f)));
    }
    Ok(asked)
}

/// What a pack says of itself is at fault, not the one who asks: the same footage and tracks gave a pack once.
fn not_given(error: Error) -> Error {
    match error.kind() {
        Kind::Usage | Kind::Unsafe => {
            Error::unverified(format!("the footage and the kept tracks do not give this pack: {}", error.what()))
        }
        _ => error,
    }
}
