//! ONVIF scene descriptions (ONVIF Analytics Service Specification, chapter 5; `tt:MetadataStream` of the ONVIF
//! schema): what a camera's own analytics saw, as recorders export it.
//!
//! What it means, by that chapter:
//! - frames are placed by the wall clock, in any order, fewer of them than the video has;
//! - a position is -1 to 1 with y upward, or in the coordinates that a frame's or an object's `Transformation` gives;
//! - an object that a frame does not list was not seen in it: a gap like any other, to be bridged or asked about,
//! - but one that was marked `Idle` stands where it was, unlisted, until it is listed again or deleted;
//! - objects that were merged go on together as one box; each of them is where that box is, deleted or not;
//! - a deleted id may be used again, for somebody else;
//! - a renamed object is believed to be another one seen before. A belief is no ground to show somebody, so they stay
//!   two tracks.

mod xml;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::xml::{Change, Frame, Object, Scene};
use super::{Format, ReadOptions, checks};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{Binding, KeyFrame, Sampling, Track, TrackFile, When};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "onvif",
    extensions: &["xml"],
    summary: "ONVIF metadata of a camera's own analytics, placed by the recorder's clock",
    renumbers: false,
    sniff,
    read,
    folder: None,
    write: None,
};

fn sniff(bytes: &[u8]) -> bool {
    checks::first_byte(bytes) == Some(b'<')
        && (checks::mentions(bytes, "MetadataStream>")
            || checks::mentions(bytes, "MetadataStream ")
            || checks::mentions(bytes, "UtcTime="))
}

/// Reads a metadata stream; several in one file are read as one.
///
/// # Errors
/// Status 1 with the line for what is no such stream; 2 without the picture's size; 3 for a box without a usable size.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<TrackFile> {
    let size = options.size.ok_or_else(|| {
        Error::usage("ONVIF gives boxes as shares of the picture, and not the picture's size")
            .hint("add --tracks-size WxH, or the footage with --footage")
    })?;
    let Scene { mut frames, unused, invisible } = xml::parse(checks::text(bytes)?)?;
    frames.sort_by_key(|frame| frame.at);
    let times = frames.first().map(|f| f.at).zip(frames.last().map(|f| f.at));
    let mut crowd = Crowd { size, ..Crowd::default() };
    for frame in frames {
        let at = frame.at;
        crowd.see(frame).map_err(|error| error.at(at))?;
    }
    let mut notes = Vec::new();
    if invisible > 0 {
        notes.push(format!("{invisible} times an object is listed without a place: nothing is marked there"));
    }
    if !unused.is_empty() {
        let names: Vec<String> = unused.into_iter().collect();
        notes.push(format!("what is no box is not used: {}", names.join(", ")));
    }
    notes.extend(crowd.notes());
    let binding = Binding { size: Some(size), times, ..Binding::default() };
    Ok(TrackFile { format: FORMAT.name, binding, annotated: None, tracks: crowd.tracks(), notes })
}

/// Everybody so far.
#[derive(Default)]
struct Crowd {
    /// Displayed width and height.
    size: (u32, u32),
    people: Vec<Person>,
    /// Place in `people` by the id that is in use now.
    known: BTreeMap<String, usize>,
    /// How often an id was used before.
    used: BTreeMap<String, usize>,
    /// Ids that go on as a part of another one.
    merged: BTreeMap<String, String>,
    nameless: usize,
    renamed: BTreeSet<String>,
    idle_deleted: usize,
    mergers: usize,
}

struct Person {
    id: String,
    label: Option<String>,
    /// When the box was there, first and last instant, and the box.
    seen: Vec<(Timestamp, Timestamp, BoundingBox)>,
    /// Stands where it was seen last until something else is said of it.
    idle: bool,
}

impl Crowd {
    /// Takes in one frame.
    fn see(&mut self, frame: Frame) -> Result<()> {
        let id = |id: &str| if frame.source.is_empty() { id.to_owned() } else { format!("{}/{id}", frame.source) };
        let mut listed: BTreeMap<String, (BoundingBox, bool)> = BTreeMap::new();
        for object in &frame.objects {
            let name = object.id.as_deref().map(id).unwrap_or_else(|| {
                self.nameless += 1;
                format!("unnamed-{}", self.nameless)
            });
            // One that is listed by itself has come apart from whom it was merged with.
            self.merged.remove(&name);
            let shape = self.in_pixels(object).map_err(|error| error.at(format_args!("object {name}")))?;
            let Some(shape) = shape else { continue };
            if listed.insert(name.clone(), (shape, object.idle)).is_some_and(|before| before.0 != shape) {
                return Err(Error::failed(format!("object {name} is in two places at once"))
                    .hint("export one analytics module's metadata only"));
            }
            self.add(&name, object.label.clone(), frame.at, shape, object.idle)?;
        }
        for change in &frame.changes {
            match change {
                Change::Merge { from, to } => {
                    self.mergers += 1;
                    for part in from.iter().filter(|part| *part != to) {
                        self.merged.insert(id(part), id(to));
                    }
                }
                Change::Split { to } => to.iter().for_each(|part| drop(self.merged.remove(&id(part)))),
                Change::Rename { from, to } => drop(self.renamed.insert(format!("{} to {}", id(from), id(to)))),
                Change::Delete(gone) => self.delete(&id(gone), frame.at),
            }
        }
        // Whoever is merged is where the box is that they were merged into.
        let parts: Vec<String> = self.merged.keys().filter(|part| !listed.contains_key(*part)).cloned().collect();
        for part in parts {
            if let Some(&(shape, idle)) = self.whole(&part).and_then(|whole| listed.get(whole)) {
                self.add(&part, None, frame.at, shape, idle)?;
            }
        }
        Ok(())
    }

    /// The object that one is a part of, in the end.
    fn whole(&self, part: &str) -> Option<&String> {
        let mut whole = self.merged.get(part)?;
        for _ in 0..self.merged.len() {
            match self.merged.get(whole) {
                Some(next) => whole = next,
                None => break,
            }
        }
        Some(whole)
    }

    fn add(&mut self, name: &str, label: Option<String>, at: Timestamp, shape: BoundingBox, idle: bool) -> Result<()> {
        let place = *self.known.entry(name.to_owned()).or_insert_with(|| {
            let used = self.used.entry(name.to_owned()).or_insert(0);
            *used += 1;
            let id = if *used == 1 { name.to_owned() } else { format!("{name} ({used})") };
            self.people.push(Person { id, label: label.clone(), seen: Vec::new(), idle: false });
            self.people.len() - 1
        });
        let Some(person) = self.people.get_mut(place) else { return Ok(()) };
        person.label = person.label.take().or(label);
        person.stood_until(at);
        match person.seen.last() {
            Some(last) if last.0 == at && last.2 != shape => {
                return Err(Error::failed(format!("object {name} is in two places at once"))
                    .hint("export one analytics module's metadata only"));
            }
            Some(last) if last.0 == at => {}
            _ => person.seen.push((at, at, shape)),
        }
        person.idle = idle;
        Ok(())
    }

    fn delete(&mut self, name: &str, at: Timestamp) {
        if let Some(whole) = self.merged.remove(name) {
            // The id is free, but the person goes on as a part of the other: under a name that nobody else gets.
            self.merged.values_mut().filter(|to| *to == name).for_each(|to| to.clone_from(&whole));
            let hidden = format!("{name}\0{}", self.people.len());
            if let Some(place) = self.known.remove(name) {
                self.known.insert(hidden.clone(), place);
                self.merged.insert(hidden, whole);
            }
            return;
        }
        let gone = self.known.remove(name).and_then(|place| self.people.get_mut(place));
        if let Some(person) = gone.filter(|person| person.idle) {
            person.stood_until(at);
            self.idle_deleted += 1;
        }
    }

    /// An object's box in displayed pixels; `None` for one that has no place.
    fn in_pixels(&self, object: &Object) -> Result<Option<BoundingBox>> {
        let Some([left, top, right, bottom]) = object.edges else { return Ok(None) };
        let (width, height) = (f64::from(self.size.0) / 2.0, f64::from(self.size.1) / 2.0);
        let (x, y) = (|share: f64| (share + 1.0) * width, |share: f64| (1.0 - share) * height);
        checks::sound(BoundingBox::from_corners(x(left), y(top), x(right), y(bottom)), "box").map(Some)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.nameless > 0 {
            notes.push(format!("{} objects without an id became a track each", self.nameless));
        }
        if !self.renamed.is_empty() {
            let names: Vec<&str> = self.renamed.iter().map(String::as_str).collect();
            notes.push(format!(
                "the camera believes that objects are one: {}; they stay tracks of their own",
                names.join(", ")
            ));
        }
        if self.mergers > 0 {
            notes.push(format!(
                "objects ran together {} times: until they part, each is where they are together",
                self.mergers
            ));
        }
        if self.idle_deleted > 0 {
            notes.push(format!(
                "{} objects stood still until the camera forgot them; look whether they are still there",
                self.idle_deleted
            ));
        }
        notes
    }

    fn tracks(self) -> Vec<Track> {
        let track = |mut person: Person| {
            person.stood_until(Timestamp::MAX);
            let key = |(from, until, shape)| KeyFrame { when: When::Clock { from, until }, shape, end: false };
            Track {
                id: person.id,
                label: person.label,
                role: None,
                shown_because: None,
                justification: None,
                whole: false,
                sampling: Sampling::EveryFrame,
                keyframes: person.seen.into_iter().map(key).collect(),
            }
        };
        self.people.into_iter().map(track).collect()
    }
}

impl Person {
    /// Ends standing still.
    fn stood_until(&mut self, at: Timestamp) {
        if let Some(last) = self.seen.last_mut().filter(|_| self.idle) {
            last.1 = at;
        }
        self.idle = false;
    }
}

#[cfg(test)]
mod tests;
