//! The work folder: what somebody has marked and decided so far, saved as it is done, in the files that the rest of the
//! program reads, so that the work can be gone on with here or by `run` or by hand.

use std::fs;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::request::{self, Decision, Item, Kind, Obscure, Outcome, Request, TrackSource};
use crate::tracks::formats::native::{Document, Footage};
use crate::{hash, input, json};

/// The name of the request in the work folder.
pub const REQUEST: &str = "request.json";
const TRACKS: &str = "tracks.json";
const CHECKS: &str = "checks.json";

/// What was looked at in the preview.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// Keys of stretches that were looked at.
    pub looked_at: Vec<String>,
    /// Why it is approved though not all were.
    #[serde(default)]
    pub reason: Option<String>,
    /// Keys of the stretches that it speaks of: it says nothing of what others show, or these after a change.
    #[serde(default)]
    pub reason_for: Vec<String>,
}

/// Everything that is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Changes with every change of the rest.
    pub revision: String,
    /// What is to be made.
    pub request: Request,
    /// Who is where.
    pub tracks: Document,
    /// What was looked at.
    pub checks: Checks,
}

/// The folder of one recording's review.
#[derive(Debug, Clone)]
pub struct Work {
    /// Where it is.
    pub folder: PathBuf,
}

impl Work {
    /// The folder, made where its parent exists.
    ///
    /// # Errors
    /// `Usage` when it cannot be made.
    pub fn open(folder: PathBuf) -> Result<Self> {
        if !folder.is_dir() {
            fs::DirBuilder::new().mode(0o700).recursive(true).create(&folder).map_err(|e| {
                Error::usage(format!("cannot make the work folder {}: {e}", folder.display()))
                    .hint("name a folder that can be written: --out DIR")
            })?;
        }
        Ok(Self { folder })
    }

    /// Whether there is work to go on with.
    pub fn begun(&self) -> bool {
        self.folder.join(REQUEST).exists()
    }

    /// Begins: the request that was given, or one that says nothing yet, for these files.
    ///
    /// # Errors
    /// `Usage` for a request of several items; `Failed` when it cannot be saved.
    pub fn begin(&self, given: Option<Request>, footage: Vec<String>) -> Result<()> {
        let mut request = given.unwrap_or_else(|| {
            let mut item = Item::new(Kind::Clip, Vec::new());
            item.obscure = Some(Obscure::AllButSubject);
            Request::new("", vec![item])
        });
        let [item] = request.items.as_mut_slice() else {
            return Err(Error::usage(format!(
                "the page shows one clip or series of stills, the request has {}",
                request.items.len()
            ))
            .hint("make a request file for each, or use `run`"));
        };
        item.footage = footage;
        item.tracks = vec![TrackSource { file: TRACKS.to_owned(), sha256: None }];
        (item.subjects, item.subject_labels, item.shown) = Default::default();
        (item.binding, item.tracks_format, item.tracks_size) = Default::default();
        (item.mot_origin, item.tracks_first_frame) = (None, None);
        self.write(REQUEST, &json::text(&request)?)
    }

    /// Begins an answer without a recording: the one that was given, or that there is none. Where there is one already, it
    /// is gone on with.
    ///
    /// # Errors
    /// `Usage` where the folder has work on a recording; `Failed` when it cannot be saved.
    pub fn begin_answer(&self, given: Option<&Request>, reference: &str) -> Result<()> {
        if self.begun() {
            let goes_on = self.request()?.items.is_empty();
            let other = || {
                Error::usage(format!("{}: this is the work on a recording", self.folder.display()))
                    .hint("choose another reference, or choose that recording")
            };
            return if goes_on { Ok(()) } else { Err(other()) };
        }
        let mut request = Request::new(reference, Vec::new());
        request.decision = Some(Decision {
            outcome: Outcome::NoDataHeld,
            ground: None,
            reason_internal: None,
            reason_to_requester: None,
        });
        if let Some(given) = given.filter(|r| r.gives_nothing()) {
            request = Request { items: Vec::new(), ..given.clone() };
        }
        self.write(REQUEST, &json::text(&request)?)?;
        self.begin_tracks(None, None)
    }

    /// States the frame rate of footage that does not say, or that it is not to be stated; before there are any tracks,
    /// which depend on it.
    ///
    /// # Errors
    /// `Usage` where tracks were saved by another one; `Failed` when it cannot be saved.
    pub fn pace(&self, fps: Option<String>) -> Result<()> {
        let mut request = self.request()?;
        let Some(item) = request.items.first_mut().filter(|item| item.fps != fps) else { return Ok(()) };
        if self.folder.join(TRACKS).exists() {
            if fps.is_none() {
                return Ok(());
            }
            return Err(Error::usage("the work on this recording was begun with another number of pictures a second")
                .hint("leave that field empty, or move the work folder away"));
        }
        item.fps = fps;
        self.write(REQUEST, &json::text(&request)?)
    }

    /// Saves the first tracks, where there are none yet: those given, or an empty file for this footage.
    ///
    /// # Errors
    /// `Failed` when they cannot be saved.
    pub fn begin_tracks(&self, given: Option<Document>, binding: Option<Footage>) -> Result<()> {
        if self.folder.join(TRACKS).exists() {
            return Ok(());
        }
        let sampling = Default::default();
        let empty = Document { version: 1, sampling, footage: binding, annotated: None, tracks: Vec::new() };
        self.write(TRACKS, &given.unwrap_or(empty).to_json()?)
    }

    /// The request, as it is saved.
    ///
    /// # Errors
    /// `Failed` when it cannot be read any more.
    pub fn request(&self) -> Result<Request> {
        let path = self.folder.join(REQUEST);
        request::parse(&input::read(&path)?).map_err(|e| e.at(path.display()))
    }

    /// What is saved.
    ///
    /// # Errors
    /// `Failed` when it cannot be read any more.
    pub fn saved(&self) -> Result<Saved> {
        let path = |name: &str| self.folder.join(name);
        let (request, tracks) = (input::read(&path(REQUEST))?, input::read(&path(TRACKS))?);
        let checks = if path(CHECKS).exists() { input::read(&path(CHECKS))? } else { b"{\"looked_at\":[]}".to_vec() };
        let spoiled = |name: &str, e: serde_json::Error| {
            Error::failed(format!("{}: {e}", path(name).display()))
                .hint("it was changed by hand; put it right, or move it away")
        };
        Ok(Saved {
            revision: revision(&[&request, &tracks, &checks]),
            request: request::parse(&request).map_err(|e| e.at(path(REQUEST).display()))?,
            tracks: serde_json::from_slice(&tracks).map_err(|e| spoiled(TRACKS, e))?,
            checks: serde_json::from_slice(&checks).map_err(|e| spoiled(CHECKS, e))?,
        })
    }

    /// Saves what was changed from the revision that it names; returns the new one. `None` where the files have been
    /// changed since by somebody else: nothing is written then.
    ///
    /// # Errors
    /// `Failed` for tracks that could not be read again, and when the disk refuses.
    pub fn save(&self, new: &Saved) -> Result<Option<String>> {
        let old = self.saved()?;
        if old.revision != new.revision {
            return Ok(None);
        }
        // What the rest of the program would not read is not written.
        new.tracks.clone().into_tracks()?;
        let files = |request: &Request| request.items.iter().map(|i| i.footage.clone()).collect::<Vec<_>>();
        if files(&new.request) != files(&old.request) {
            return Err(Error::usage("the footage of a review does not change"));
        }
        if new.tracks != old.tracks {
            self.write(TRACKS, &new.tracks.to_json()?)?;
        }
        if new.request != old.request {
            self.write(REQUEST, &json::text(&new.request)?)?;
        }
        if new.checks != old.checks {
            self.write(CHECKS, &json::text(&new.checks)?)?;
        }
        self.saved().map(|saved| Some(saved.revision))
    }

    /// Keeps a file that is to be imported; returns its name in the folder.
    ///
    /// # Errors
    /// `Failed` when the disk refuses.
    pub fn keep(&self, name: &str, contents: &[u8]) -> Result<String> {
        let safe: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
        let name = format!("imported-{safe}");
        self.write(&name, contents)?;
        Ok(name)
    }

    /// Writes a whole file or leaves it as it was.
    fn write(&self, name: &str, contents: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let failed = |e: &std::io::Error| Error::io("cannot save", &path, e);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(|e| failed(&e))?;
        file.write_all(contents).and_then(|()| file.as_file().sync_all()).map_err(|e| failed(&e))?;
        file.persist(&path).map_err(|e| failed(&e.error))?;
        fs::File::open(&self.folder).and_then(|f| f.sync_all()).map_err(|e| failed(&e))
    }
}

/// What there was of a work folder before a recording was opened: a recording that cannot be opened leaves no more.
#[derive(Debug, Clone)]
pub struct Before {
    folder: PathBuf,
    was_there: bool,
    was_begun: bool,
}

impl Before {
    /// As it is now.
    pub fn of(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { was_there: folder.exists(), was_begun: folder.join(REQUEST).exists(), folder }
    }

    /// Takes away what was begun since. Where there are tracks or marks, somebody may have worked, and all stays.
    pub fn restore(&self) {
        let worked = [TRACKS, CHECKS].iter().any(|name| self.folder.join(name).exists());
        if !self.was_begun && !worked {
            drop(fs::remove_file(self.folder.join(REQUEST)));
        }
        if !self.was_there {
            // Only an empty one goes.
            drop(fs::remove_dir(&self.folder));
        }
    }
}

/// What names the bytes of several files together: any change of one gives another.
fn revision(contents: &[&[u8]]) -> String {
    let each: Vec<String> = contents.iter().map(|c| hash::bytes(c)).collect();
    hash::bytes(each.join("\n").as_bytes())
}

/// Where the work on a recording is kept: beside the footage, or beside the folder that packs go to.
pub fn folder_for(footage: &Path, out: Option<&Path>) -> PathBuf {
    let name = footage.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = |path: &Path, more: &str| {
        let mut full = path.as_os_str().to_owned();
        full.push(more);
        PathBuf::from(full)
    };
    match out {
        Some(out) => beside(out, ".review").join(name),
        None => beside(footage, ".review"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn begun() -> (tempfile::TempDir, Work) {
        let folder = tempfile::tempdir().unwrap();
        let work = Work::open(folder.path().join("x.review")).unwrap();
        work.begin(None, vec!["yard.mp4".to_owned()]).unwrap();
        work.begin_tracks(None, None).unwrap();
        (folder, work)
    }

    #[test]
    fn the_first_question_is_answered_by_covering_all_but_the_requester() {
        let saved = begun().1.saved().unwrap();
        assert_eq!(saved.request.items[0].obscure, Some(Obscure::AllButSubject));
        assert_eq!(saved.request.items[0].tracks[0].file, TRACKS);
    }

    #[test]
    fn what_is_saved_is_there_again_and_an_older_page_overwrites_nothing() {
        let (_folder, work) = begun();
        let first = work.saved().unwrap();
        let mut mine = first.clone();
        mine.request.reference = "SAR-1".to_owned();
        let revision = work.save(&mine).unwrap().unwrap();
        let mut other = first;
        other.request.reference = "SAR-2".to_owned();
        assert_eq!(work.save(&other).unwrap(), None);
        let now = work.saved().unwrap();
        assert_eq!((now.request.reference.as_str(), now.revision), ("SAR-1", revision));
    }

    #[test]
    fn tracks_that_could_not_be_read_again_are_not_written() {
        let (_folder, work) = begun();
        let mut saved = work.saved().unwrap();
        let track = serde_json::json!({ "id": " ", "keyframes": [{ "frame": 0, "box": [0, 0, 1, 1] }] });
        saved.tracks.tracks.push(serde_json::from_value(track).unwrap());
        assert!(work.save(&saved).is_err());
        assert!(work.saved().unwrap().tracks.tracks.is_empty());
    }

    #[test]
    fn what_was_begun_for_nothing_goes_and_somebodys_work_stays() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("x.review");
        let open = || {
            let before = Before::of(&folder);
            let work = Work::open(folder.clone()).unwrap();
            if !work.begun() {
                work.begin(None, vec!["yard.mp4".to_owned()]).unwrap();
            }
            (before, work)
        };
        open().0.restore();
        assert!(!folder.exists());
        // A folder that was there already is somebody's, and so is any other file.
        fs::create_dir(&folder).unwrap();
        open().0.restore();
        assert!(folder.is_dir() && !folder.join(REQUEST).exists());
        fs::remove_dir(&folder).unwrap();
        let (before, _) = open();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        before.restore();
        assert!(folder.join("notes.txt").is_file());
        // Work that was begun earlier, and work that has tracks by now.
        let (before, work) = open();
        open().0.restore();
        assert!(work.begun());
        work.begin_tracks(None, None).unwrap();
        before.restore();
        assert!(work.begun() && folder.join(TRACKS).is_file());
    }

    #[test]
    fn a_name_to_import_stays_in_the_folder() {
        let (_folder, work) = begun();
        let kept = work.keep("../../etc/p\u{e4}sswd", b"1").unwrap();
        assert_eq!(kept, "imported-.._.._etc_p_sswd");
        assert!(work.folder.join(kept).is_file());
    }
}
