//! What all requests to the server share: what was asked for at the start, the work that is open, the way to its footage,
//! and the pack that is being made.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::approve::Job;
use super::door::Door;
use super::projector::{Projector, Stage};
use super::show::Show;
use super::work::{Before, Work, folder_for};
use crate::disclose::Settings;
use crate::error::{Error, Result};
use crate::input;
use crate::request::{Item, Kind, Request, TrackSource, check_reference};

/// An item whose tracks are to be taken in, and what its paths are relative to.
type Import = Option<(Item, PathBuf)>;

/// What is to be reviewed, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The recording; none where the page is to ask.
    pub footage: Vec<PathBuf>,
    /// A track file to begin with.
    pub tracks: Option<PathBuf>,
    /// A request to begin with, and what its paths are relative to.
    pub request: Option<(Request, PathBuf)>,
    /// The folder for packs; in the work folder where there is none.
    pub out: Option<PathBuf>,
    /// The port; any that is free where it is 0.
    pub port: u16,
    /// How packs are made.
    pub settings: Settings,
}

/// What all requests share, one for a server.
pub struct Desk {
    /// Who is let in.
    pub door: Door,
    /// The way to the footage.
    pub projector: Projector,
    /// The work that is open.
    pub work: Mutex<Option<Work>>,
    /// The pack that is being made.
    pub job: Job,
    /// What was asked for at the start.
    pub wanted: Wanted,
    /// The page wants to end.
    pub ended: AtomicBool,
}

impl Desk {
    /// With nothing open yet.
    pub fn new(door: Door, wanted: Wanted) -> Self {
        let (projector, job) = (Projector::new(), Job::new());
        Self { door, projector, work: Mutex::new(None), job, wanted, ended: AtomicBool::new(false) }
    }

    /// The work that is open.
    ///
    /// # Errors
    /// `Usage` where no footage is chosen yet.
    pub fn work(&self) -> Result<Work> {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
        work.ok_or_else(|| Error::usage("no recording is chosen yet"))
    }

    /// The folder for packs.
    pub fn out(&self, work: &Work) -> PathBuf {
        self.wanted.out.clone().unwrap_or_else(|| work.folder.join("packs"))
    }

    /// Opens a recording, to go on with the work on it or to begin it. `fps` is its frame
    /// rate where it does not say: `None` leaves that as it is.
    ///
    /// # Errors
    /// `Usage` for what is no footage, or no request for the page; `Failed` when nothing can be saved.
    pub fn open(&self, footage: &[PathBuf], fps: Option<Option<String>>) -> Result<()> {
        self.nothing_open()?;
        let regular = |path: &PathBuf| input::regular(path).and_then(|_| absolute(path));
        let footage: Vec<PathBuf> = footage.iter().map(regular).collect::<Result<_>>()?;
        let first = footage.first().ok_or_else(|| Error::usage("no recording is chosen"))?;
        let folder = folder_for(first, self.wanted.out.as_deref());
        let before = Before::of(&folder);
        let names: Vec<String> = footage.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        let (work, show) = self.prepare(folder, names, fps).inspect_err(|_| before.restore())?;
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work.clone());
        let ready = move |opening: &Value| {
            // Tracks may be missing: the first run was ended before the footage was read.
            let document = serde_json::from_value(opening["imported"].clone()).ok().flatten();
            work.begin_tracks(document, serde_json::from_value(opening["binding"].clone()).ok().flatten())
        };
        self.projector.open(show, ready, move || before.restore());
        Ok(())
    }

    /// The work on these files, begun where there is none, and what is to be shown of it.
    fn prepare(&self, folder: PathBuf, names: Vec<String>, fps: Option<Option<String>>) -> Result<(Work, Show)> {
        let work = Work::open(folder)?;
        let import = if work.begun() { self.nothing_given(&work)? } else { self.begin(&work, &names)? };
        if let Some(fps) = fps {
            work.pace(fps)?;
        }
        let item = work.request()?.items.into_iter().next();
        let item = item.ok_or_else(|| Error::usage("the request asks for nothing"))?;
        if item.footage != names {
            return Err(Error::usage(format!("{}: this is the work on other files", work.folder.display()))
                .hint("name the same files in the same order, or move that folder away"));
        }
        let show = Show { item, work: work.folder.clone(), import };
        Ok((work, show))
    }

    /// The pack of this work's reference, where one stands already: it is never changed, so no other can be made.
    pub fn standing(&self, work: &Work) -> Option<PathBuf> {
        let reference = work.request().ok()?.reference;
        check_reference(&reference).ok()?;
        Some(self.out(work).join(reference)).filter(|pack| pack.is_dir())
    }

    /// Begins the work on these files with what was given at the start. Returns the item whose tracks are to be taken in
    /// and what its paths are relative to, where there are any.
    fn begin(&self, work: &Work, names: &[String]) -> Result<Import> {
        let (given, base) = self.wanted.request.clone().unzip();
        let mut item = given.as_ref().and_then(|r: &Request| r.items.first().cloned());
        if let Some(file) = &self.wanted.tracks {
            let file = absolute(file)?.to_string_lossy().into_owned();
            let item = item.get_or_insert_with(|| Item::new(Kind::default(), Vec::new()));
            item.tracks = vec![TrackSource { file, sha256: None }];
        }
        let base = base.filter(|b| !b.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from("."));
        work.begin(given, names.to_vec())?;
        Ok(item.filter(|i| !i.tracks.is_empty()).map(|item| (item, base)))
    }

    /// Work that is gone on with takes nothing in.
    /// One piece of work at a time: a window that shows one must not find another in its place.
    fn nothing_open(&self) -> Result<()> {
        let answers = || self.work().and_then(|w| w.request()).is_ok_and(|r| r.items.is_empty());
        match self.projector.stage() {
            Stage::None if !answers() => Ok(()),
            Stage::Failed(_) => Ok(()),
            _ => Err(Error::usage("something is open already, in another window")
                .hint("load this page again to go on with it; for another recording start the program once more")),
        }
    }

    fn nothing_given(&self, work: &Work) -> Result<Import> {
        if self.wanted.request.is_none() && self.wanted.tracks.is_none() {
            return Ok(None);
        }
        Err(Error::usage(format!("there is work on this recording already, in {}", work.folder.display())).hint(
            "leave --request and --tracks out to go on with it (the page can import tracks), or move that folder away",
        ))
    }

    /// Begins to answer a request for which there is no recording, or goes on with it. The work is kept in a folder named
    /// by the reference, `beside` what else is there.
    ///
    /// # Errors
    /// `Usage` for a reference that cannot name a folder, or names work on a recording; `Failed` when nothing can be saved.
    pub fn answer(&self, beside: &Path, reference: &str) -> Result<()> {
        self.nothing_open()?;
        check_reference(reference)?;
        let work = Work::open(folder_for(&absolute(beside)?.join(reference), self.wanted.out.as_deref()))?;
        work.begin_answer(self.wanted.request.as_ref().map(|r| &r.0), reference)?;
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        Ok(())
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|e| Error::io("cannot read", path, &e))
}
