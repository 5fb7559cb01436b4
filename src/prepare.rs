//! `prepare`: an unredacted working copy for annotation tools, which open few recorders' formats and number frames in
//! ways of their own, and what binds it to its footage.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::contain::{self, Access, Contained, Task};
use crate::disclose::{Settings, clock_of, recording, select};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::media::{ProbeOptions, probe};
use crate::pack::{open_new, rename_new};
use crate::progress::Progress;
use crate::render::{Sheet, working_copy};
use crate::request::Item;
use crate::stats;
use crate::time::Window;
use crate::tracks::working_copy::{BoundFootage, CopyFile, NOTICE, WorkingCopy, runs};
use crate::{hash, json};

/// A working copy that stands.
#[derive(Debug)]
pub struct Prepared {
    /// The copy.
    pub copy: PathBuf,
    /// Its binding.
    pub binding: PathBuf,
    /// What was copied.
    pub copied: Copied,
}

/// Makes a working copy of an item's window, and its binding beside it. Nothing that exists is overwritten, and both
/// stand or neither.
///
/// # Errors
/// `Usage` for a name that is no `.mp4` or is taken; `Unsafe` when nothing is in the window; `Failed` for reading and
/// writing; `Unverified` when the copy does not hold what it must; `Interrupted`.
pub fn prepare(item: Item, copy: &Path, settings: &Settings, progress: &dyn Progress) -> Result<Prepared> {
    let binding = binding_of(copy)?;
    for path in [copy, &binding] {
        if path.symlink_metadata().is_ok() {
            return Err(Error::usage(format!("{} exists already", path.display())).hint("choose another name"));
        }
    }
    let folder = copy.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let work = tempfile::Builder::new().prefix(".preparing-").tempdir_in(folder).map_err(|e| {
        Error::usage(format!("cannot write in {}: {e}", folder.display())).hint("name a folder that exists")
    })?;
    let name = copy.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let file = work.path().join(DRAFT);
    open_new(&file)?;
    let task = Copy { item, folder: work.path().to_owned(), name, threads: settings.threads };
    let copied = contain::run(task, settings.place, progress)?;
    let written = work.path().join("binding.json");
    let text = json::text(&copied.binding)?;
    open_new(&written)?.write_all(&text).map_err(|e| Error::io("cannot write", &written, &e))?;
    rename_new(&written, &binding)?;
    if let Err(e) = rename_new(&file, copy) {
        let _ = std::fs::remove_file(&binding);
        return Err(e);
    }
    Ok(Prepared { copy: copy.to_owned(), binding, copied })
}

/// The copy's name until it stands.
const DRAFT: &str = "copy.mp4";

/// Everything of it that opens footage.
#[derive(Debug, Serialize, Deserialize)]
pub struct Copy {
    item: Item,
    folder: PathBuf,
    name: String,
    threads: usize,
}

/// What was copied.
#[derive(Debug, Serialize, Deserialize)]
pub struct Copied {
    /// How it is bound to its footage.
    pub binding: WorkingCopy,
    /// The positions of the footage that it shows: from, to.
    pub shows: [String; 2],
    /// What to warn of.
    pub warnings: Vec<String>,
}

impl Task for Copy {
    const NAME: &'static str = "copy";
    type Reply = Copied;

    fn access(&self) -> Access {
        Access { read: self.item.files(Path::new("")), write: vec![self.folder.clone()], threads: self.threads }
    }

    fn carry_out(self, _: Contained, progress: &dyn Progress) -> Result<Copied> {
        let Self { item, folder, name, threads } = self;
        progress.stage("reading", 0);
        let footage = stats::step("probe", || recording(&item, Path::new(""), None))?;
        let clock = clock_of(item.clock.as_ref(), &footage)?;
        let selection = select(&item, clock.as_ref().map(|c| &c.0), &footage)?;
        let frames = &selection.frames;
        let sheet = Sheet::new(&footage)?;
        let file = folder.join(DRAFT);
        progress.stage("copying", frames.len() as u64);
        let damaged = stats::step("render", || working_copy(&footage, frames, &sheet, &file, threads, progress))?;
        check(&file, &sheet, frames.len())?;
        let binding = bind(&footage, frames, &sheet, &damaged, name, hash::file(&file)?);
        let mut warnings = footage.joined.clone();
        if !damaged.is_empty() {
            warnings.push(format!(
                "{} of its frames show damage, and are named in the binding: who is in them cannot be told",
                damaged.len()
            ));
        }
        let Window { from, to } = selection.delivered;
        Ok(Copied { binding, shows: [from.to_string(), to.to_string()], warnings })
    }
}

/// `FILE.binding.json` for `FILE.mp4`.
fn binding_of(copy: &Path) -> Result<PathBuf> {
    let mp4 = copy.extension().is_some_and(|e| e.eq_ignore_ascii_case("mp4"));
    if !mp4 || copy.file_stem().is_none() {
        return Err(Error::usage(format!("--out {}: a working copy is an MP4 file", copy.display()))
            .hint("end its name in .mp4, for example --out yard.unredacted-do-not-send.mp4"));
    }
    Ok(copy.with_extension("binding.json"))
}

/// Opens the copy again: as many frames as it must hold, evenly timed, in its size.
fn check(copy: &Path, sheet: &Sheet, frames: usize) -> Result<()> {
    let found = probe(copy, ProbeOptions::default())?;
    let even = found.frames.windows(2).all(|w| w[1].ticks - w[0].ticks == found.median_interval);
    let size = (found.layout.width, found.layout.height);
    if found.frames.len() == frames && even && size == (sheet.width, sheet.height) {
        return Ok(());
    }
    Err(Error::unverified(format!(
        "the working copy opens as {} frames of {size:?}, evenly timed: {even}; it must be {frames} of {:?}",
        found.frames.len(),
        (sheet.width, sheet.height)
    )))
}

fn bind(
    footage: &Footage,
    frames: &[usize],
    sheet: &Sheet,
    damaged: &[usize],
    name: String,
    sha256: String,
) -> WorkingCopy {
    let (width, height) = footage.displayed_size();
    let place = |frame: usize| frames.partition_point(|&f| f < frame) as u64;
    let damaged =
        damaged.chunk_by(|a, b| a + 1 == *b).filter_map(|run| Some([place(*run.first()?), place(*run.last()?)]));
    WorkingCopy {
        version: 1,
        notice: NOTICE.to_owned(),
        copy: CopyFile {
            name,
            sha256,
            width: sheet.width,
            height: sheet.height,
            frames: frames.len() as u64,
            frames_per_second: sheet.frames_per_second,
        },
        footage: BoundFootage::of(footage),
        picture: [0, 0, width, height],
        frames: runs(footage, frames),
        damaged: damaged.collect(),
    }
}
