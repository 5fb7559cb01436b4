//! What ties a working copy to the footage it was made from, so that tracks drawn on the copy are the footage's: the file
//! that `prepare` writes beside the copy, and how it is applied.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fit;
use super::load::rescale;
use super::{Binding, KeyFrame, Sampling, Track, TrackFile, When};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::BoundingBox;
use crate::time::Position;

/// What a working copy is and what it must not become.
pub const NOTICE: &str = "unredacted, do not send";

/// A working copy and its footage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "cctv-redact binding")]
pub struct WorkingCopy {
    /// Always 1.
    pub version: u32,
    /// `unredacted, do not send`.
    pub notice: String,
    /// The copy.
    pub copy: CopyFile,
    /// What it was made from.
    pub footage: BoundFootage,
    /// Where in the copy's picture the footage's lies, as people see it but unstretched: left, top, width, height.
    pub picture: [u32; 4],
    /// Which frames of the copy are which of the footage, in order, without a break.
    pub frames: Vec<FrameRun>,
    /// Frames of the copy that show damage, each run by its first and its last.
    pub damaged: Vec<[u64; 2]>,
}

/// The copy as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyFile {
    /// Its file name.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames.
    pub frames: u64,
    /// Frames a second, all alike; at least 1.
    pub frames_per_second: u32,
}

/// The footage as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundFootage {
    /// SHA-256 of the file; of several, that of the list of theirs, one a line, in clock order.
    pub sha256: String,
    /// Columns as people see it, unstretched.
    pub width: u32,
    /// Rows likewise.
    pub height: u32,
    /// Frames.
    pub frames: u64,
    /// Its files, in clock order.
    pub files: Vec<BoundFile>,
}

/// One file of the footage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundFile {
    /// Its file name.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The stream that was taken.
    pub stream: usize,
}

/// A run of frames that have consecutive numbers in the copy and in the footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameRun {
    /// The first one's number in the copy.
    pub copy: u64,
    /// Its number in the footage.
    pub footage: u64,
    /// How many.
    pub count: u64,
}

impl BoundFootage {
    /// Of footage that was probed.
    pub fn of(footage: &Footage) -> Self {
        let (width, height) = footage.displayed_size();
        let file =
            |p: &crate::footage::Part| BoundFile { name: p.name.clone(), sha256: p.sha256.clone(), stream: p.stream };
        Self {
            sha256: footage.sha256.clone(),
            width,
            height,
            frames: footage.count() as u64,
            files: footage.parts.iter().map(file).collect(),
        }
    }
}

/// Runs of these frames of the footage, which are in order.
pub fn runs(footage: &Footage, frames: &[usize]) -> Vec<FrameRun> {
    let mut runs: Vec<FrameRun> = Vec::new();
    for (copy, &frame) in frames.iter().enumerate() {
        let number = footage.number(frame) as u64;
        match runs.last_mut() {
            Some(run) if run.footage + run.count == number => run.count += 1,
            _ => runs.push(FrameRun { copy: copy as u64, footage: number, count: 1 }),
        }
    }
    runs
}

impl WorkingCopy {
    /// Reads a binding.
    ///
    /// # Errors
    /// `Failed` for what is none, or contradicts itself.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bad = |why: &str| {
            Error::failed(format!("this is not the binding of a working copy: {why}"))
                .hint("give the .binding.json that `prepare` wrote beside the copy")
        };
        let read: Self = serde_json::from_slice(bytes).map_err(|e| bad(&e.to_string()))?;
        let (copy, footage) = (&read.copy, &read.footage);
        let mut next = (0, 0);
        for run in &read.frames {
            let ends = run.copy.checked_add(run.count).zip(run.footage.checked_add(run.count));
            let Some(ends) = ends.filter(|_| run.count > 0 && run.copy == next.0 && run.footage >= next.1) else {
                return Err(bad("its frames are not in order"));
            };
            next = ends;
        }
        let [left, top, width, height] = read.picture;
        let inside = |from: u32, length: u32, all: u32| from.checked_add(length).is_some_and(|end| end <= all);
        if next.0 != copy.frames || next.1 > footage.frames || copy.frames == 0 {
            return Err(bad("its frames do not add up"));
        }
        if !inside(left, width, copy.width) || !inside(top, height, copy.height) || copy.frames_per_second == 0 {
            return Err(bad("its picture does not add up"));
        }
        if (width, height) != (footage.width, footage.height) || read.version != 1 {
            return Err(bad("it is of another version, or its picture is not the footage's"));
        }
        Ok(read)
    }

    /// The size that boxes are drawn at on the copy.
    pub fn size(&self) -> (u32, u32) {
        (self.copy.width, self.copy.height)
    }

    /// Checks that this footage is the one that the copy was made from.
    ///
    /// # Errors
    /// `Unsafe`, with what differs.
    pub fn check(&self, footage: &Footage) -> Result<()> {
        let now = BoundFootage::of(footage);
        let differs = |what: String| {
            Error::stopped(format!("the working copy {} was made from other footage: {what}", self.copy.name))
                .hint("give the binding that was made from this very footage, all of its files, or make a new working copy with `prepare`")
        };
        let (then, found) = (&self.footage, &now);
        if then.files.len() != found.files.len() {
            return Err(differs(format!("{} files, not {}", then.files.len(), found.files.len())));
        }
        if let Some((a, b)) =
            then.files.iter().zip(&found.files).find(|(a, b)| !a.sha256.eq_ignore_ascii_case(&b.sha256))
        {
            return Err(differs(format!("{} with SHA-256 {}, not {} with {}", a.name, a.sha256, b.name, b.sha256)));
        }
        if then.files.iter().zip(&found.files).any(|(a, b)| a.stream != b.stream) {
            return Err(differs("another video stream of it".to_owned()));
        }
        if (then.frames, then.width, then.height) != (found.frames, found.width, found.height) {
            return Err(differs(format!(
                "{} frames of {}x{}, not {} of {}x{}",
                then.frames, then.width, then.height, found.frames, found.width, found.height
            )));
        }
        Ok(())
    }

    /// Turns tracks that were drawn on the copy into tracks of the footage. `drawn_at` is the size they were drawn at, if
    /// not the copy's. Without `footage`, boxes may be given by frame only.
    ///
    /// # Errors
    /// `Unsafe` for tracks that cannot be of this copy; `Usage` for times without footage.
    pub fn bring(&self, file: &mut TrackFile, drawn_at: Option<(u32, u32)>, footage: Option<&Footage>) -> Result<()> {
        let copy = &self.copy;
        let own = Binding {
            size: Some(self.size()),
            sha256: Some(copy.sha256.clone()),
            frames: Some(copy.frames),
            times: None,
        };
        fit::binding(file, drawn_at, &own, None)?;
        let late = |key: &&KeyFrame| !key.end && self.place(key.when) >= copy.frames as f64;
        let late = file.tracks.iter().flat_map(|t| &t.keyframes).filter(late).count();
        if late > 0 {
            file.notes.push(format!("{late} boxes lie after the working copy's {} frames", copy.frames));
        }
        rescale(file, drawn_at.unwrap_or(self.size()), self.size());
        for track in &mut file.tracks {
            self.bring_track(track, footage)?;
        }
        // The annotator saw nothing else.
        let (first, last) = file.annotated.unwrap_or((0, copy.frames - 1));
        file.annotated = Some((self.number(first), self.number(last.min(copy.frames - 1))));
        file.binding = Binding {
            size: Some((self.footage.width, self.footage.height)),
            sha256: Some(self.footage.sha256.clone()),
            frames: Some(self.footage.frames),
            times: file.binding.times,
        };
        Ok(())
    }

    fn bring_track(&self, track: &mut Track, footage: Option<&Footage>) -> Result<()> {
        // What is placed by the wall clock is so whatever it was drawn on.
        let by_clock = track.keyframes.iter().any(|k| matches!(k.when, When::Clock { .. }));
        if !by_clock && track.sampling != Sampling::EveryFrame {
            // Frames of the copy are evenly spaced, so what moves evenly in its time moves evenly from frame to frame.
            track.sampling = Sampling::KeyFramesByNumber;
            self.key_at_breaks(&mut track.keyframes);
        }
        let [left, top, ..] = self.picture.map(f64::from);
        for key in &mut track.keyframes {
            let BoundingBox { x, y, w, h } = key.shape;
            key.shape = BoundingBox { x: x - left, y: y - top, w, h };
            key.when = match key.when {
                When::Frame(n) => When::Frame(self.number(n)),
                When::Time(at) => self.time(self.axis(at), footage)?,
                clock => clock,
            };
        }
        Ok(())
    }

    /// Between two runs the footage's numbers jump. What moves across gets key frames on both sides, so that it is where
    /// the annotator saw it.
    fn key_at_breaks(&self, keys: &mut Vec<KeyFrame>) {
        let breaks = self.frames.iter().skip(1).flat_map(|run| [run.copy - 1, run.copy]);
        for frame in breaks {
            let at = frame as f64;
            let next = keys.partition_point(|k| self.place(k.when) < at);
            let Some((before, after)) = next.checked_sub(1).and_then(|b| Some((keys.get(b)?, keys.get(next)?))) else {
                continue;
            };
            let (from, to) = (self.place(before.when), self.place(after.when));
            if !before.end && from < at && at < to {
                let shape = before.shape.lerp(after.shape, (at - from) / (to - from));
                keys.insert(next, KeyFrame { when: When::Frame(frame), shape, end: false });
            }
        }
    }

    /// Where something is on the axis of the copy's frame numbers; nowhere, if it is placed by the wall clock.
    fn place(&self, when: When) -> f64 {
        match when {
            When::Frame(n) => n as f64,
            When::Time(at) => self.axis(at),
            When::Clock { .. } => f64::NAN,
        }
    }

    /// A time in the copy on the axis of its frame numbers.
    fn axis(&self, at: Position) -> f64 {
        at.seconds() * f64::from(self.copy.frames_per_second)
    }

    /// The footage's number of a frame of the copy; beyond its end numbers run on.
    fn number(&self, frame: u64) -> u64 {
        let run = self.frames.iter().rev().find(|run| run.copy <= frame);
        run.map_or(frame, |run| run.footage.saturating_add(frame - run.copy))
    }

    /// A place between frames of the copy as a position in the footage.
    fn time(&self, place: f64, footage: Option<&Footage>) -> Result<When> {
        let footage = footage.ok_or_else(|| {
            Error::usage("boxes are given by time, so the footage is needed to place them")
                .hint("add --footage, once for each file")
        })?;
        // A time written with nine decimals may fall just short of its frame.
        let frame = (place + 1e-6).floor().max(0.0);
        let number = self.number(frame as u64);
        let Some(shown) = usize::try_from(number).ok().and_then(|n| footage.shown(n)) else {
            return Ok(When::Frame(number));
        };
        let lasts = footage.time_base.position(footage.duration_ticks(shown)).nanos() as f64;
        let into = if place > frame { (place - frame) * lasts } else { 0.0 };
        let before_the_copy = if place < -1e-6 { place * lasts } else { 0.0 };
        Ok(When::Time(footage.position(shown).plus((into + before_the_copy) as i64)))
    }
}
